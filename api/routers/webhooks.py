"""Where Databricks reports failed runs."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import ArrivalsDoor, Report
from api.openapi import (
    NOT_FOUND,
    NOTIFICATION,
    TOO_LARGE,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNPROCESSABLE,
)
from api.schemas import Accepted

router = APIRouter(
    prefix="/databricks-monitor",
    tags=["webhooks"],
    responses={**UNAUTHORIZED, **TOO_LARGE, **UNPROCESSABLE, **UNAVAILABLE},
)


@router.post("", status_code=HTTPStatus.ACCEPTED, openapi_extra=NOTIFICATION)
async def create_report(report: Report, arrivals: ArrivalsDoor) -> Accepted:
    """Take a job notification of the default workspace."""
    return await arrivals.report(report)


@router.post(
    "/{workspace}",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=NOTIFICATION,
    responses=NOT_FOUND,
)
async def create_workspace_report(
    workspace: Annotated[str, Path(examples=["default"])], report: Report, arrivals: ArrivalsDoor
) -> Accepted:
    """Take a job notification of a named workspace."""
    del workspace
    return await arrivals.report(report)
