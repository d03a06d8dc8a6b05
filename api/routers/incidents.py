"""Incidents: what failed, what was done about it, and how it ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.deps import IncidentsDoor
from api.incidents import Filters
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE
from api.schemas import IncidentDetail, IncidentPage
from lakemend.incident import INCIDENT_ID, Outcome
from lakemend.why import Why

router = APIRouter(
    prefix="/incidents",
    tags=["incidents"],
    responses={**UNAUTHORIZED, **UNPROCESSABLE, **UNAVAILABLE},
)

IncidentId = Annotated[
    str,
    Path(
        pattern=INCIDENT_ID,
        examples=["incident:default:run-418479923579431", "incident:default:cluster-0712-abc"],
    ),
]


async def get_filters(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^LM-[0-9]{1,18}$")] = None,
    outcome: Outcome | None = None,
    workspace: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = None,
    job_id: Annotated[str | None, Query(pattern=r"^[0-9]{1,19}$")] = None,
    *,
    open_only: Annotated[
        bool, Query(description="those whose ticket is not closed: running, or left to a person")
    ] = False,
) -> Filters:
    """Read the query."""
    return Filters(limit, cursor, outcome, workspace, job_id, open_only)


@router.get("")
def list_incidents(
    filters: Annotated[Filters, Depends(get_filters)], incidents: IncidentsDoor
) -> IncidentPage:
    """List incidents, newest first; duplicates only when asked for by outcome."""
    return incidents.list_(filters)


@router.get("/{incident_id}", responses=NOT_FOUND)
async def get_incident(incident_id: IncidentId, incidents: IncidentsDoor) -> IncidentDetail:
    """Read one incident with its diagnosis, steps, audit trail and links."""
    return await incidents.get(incident_id)


@router.get("/{incident_id}/why", responses=NOT_FOUND)
async def get_decisions(incident_id: IncidentId, incidents: IncidentsDoor) -> Why:
    """Read why it went so: what was read, which rules spoke, what was chosen and what was not."""
    return await incidents.why(incident_id)
