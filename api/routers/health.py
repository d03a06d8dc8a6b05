"""Whether the API lives, and whether it can do its work."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.deps import CurrentParts
from api.readiness import check_readiness
from api.schemas import Alive, Readiness

router = APIRouter(tags=["health"])


async def get_current_readiness(parts: CurrentParts) -> Readiness:
    """Look at every part."""
    return await check_readiness(parts.temporal, parts.records)


@router.get("/healthz")
def get_health() -> Alive:
    """Answer as long as the process lives."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "A part is away"}})
async def get_readiness(
    readiness: Annotated[Readiness, Depends(get_current_readiness)], response: Response
) -> Readiness:
    """Say which part is away, if one is."""
    response.status_code = HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE
    return readiness
