"""Storms: one ticket for each, with all of its incidents."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import StormsDoor
from api.gate_schemas import StormDetail, StormList
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE
from api.storms import Chosen
from lakemend.incident import Outcome

router = APIRouter(prefix="/storms", tags=["gates"], responses={**UNAUTHORIZED, **UNAVAILABLE})

StormId = Annotated[
    str,
    Path(examples=["ST-000012"], description="its ticket or its id", max_length=500),
]


@router.get("", responses={**UNPROCESSABLE})
def list_storms(
    storms: StormsDoor,
    workspace: Annotated[str | None, Query(max_length=100)] = None,
    *,
    open_only: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> StormList:
    """List the tickets of storms, newest first."""
    return storms.list_(limit, workspace, open_only=open_only)


@router.get("/{storm_id}", responses={**NOT_FOUND, **UNPROCESSABLE})
def get_storm(
    storm_id: StormId,
    storms: StormsDoor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^LM-[0-9]{1,9}$")] = None,
    outcome: Outcome | None = None,
) -> StormDetail:
    """Read the ticket of one storm, and a page of its incidents, oldest first.

    Those that began it are among them. The counts are of all.
    """
    return storms.get(storm_id, Chosen(limit, cursor, outcome))
