"""Where failures of clusters, pipelines and warehouses are reported, by Azure Monitor or others."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import ArrivalsDoor, NamedResources
from api.openapi import (
    ALERT,
    NOT_FOUND,
    TOO_LARGE,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNPROCESSABLE,
)
from api.schemas import AcceptedAlert

router = APIRouter(
    prefix="/azure-monitor",
    tags=["alerts"],
    responses={**UNAUTHORIZED, **TOO_LARGE, **UNPROCESSABLE, **UNAVAILABLE},
)


@router.post("", status_code=HTTPStatus.ACCEPTED, openapi_extra=ALERT)
async def create_alert(alert: NamedResources, arrivals: ArrivalsDoor) -> AcceptedAlert:
    """Take an alert about resources of the default workspace."""
    return await arrivals.take_alert(alert)


@router.post(
    "/{workspace}",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=ALERT,
    responses=NOT_FOUND,
)
async def create_workspace_alert(
    workspace: Annotated[str, Path(examples=["default"])],
    alert: NamedResources,
    arrivals: ArrivalsDoor,
) -> AcceptedAlert:
    """Take an alert about resources of a named workspace."""
    del workspace
    return await arrivals.take_alert(alert)
