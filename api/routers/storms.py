"""Storms: one ticket for each, with the incidents that waited in it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import StormsDoor
from api.gate_schemas import StormDetail, StormList
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE

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
def get_storm(storm_id: StormId, storms: StormsDoor) -> StormDetail:
    """Read the ticket of one storm, and how each of its incidents stands."""
    return storms.get(storm_id)
