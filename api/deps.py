"""The wiring: what a route may ask for, as annotated aliases.

All of it is async: FastAPI sends a plain function to a thread, which costs more than it does here.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBasicCredentials,
    HTTPBearer,
)

from api.alert import Alert, read_alert
from api.arrivals import Arrivals
from api.breaker_survey import BreakerSurvey
from api.breakers import Breakers
from api.connection import TemporalConnection
from api.credentials import Credentials, Utf8Basic
from api.gates import Gates
from api.incidents import Incidents
from api.jobs import Jobs
from api.notification import read_notification
from api.problems import UnauthorizedError
from api.storms import Storms
from api.tokens import CHALLENGE, TokenVerifier
from api.workspaces import require_known, workspace_names
from lakemend.incident import DEFAULT_WORKSPACE, FailureReport
from lakemend.playbook import Playbooks
from lakemend.settings import Settings
from records import Records

_BASIC_CHALLENGE = 'Basic realm="lakemend", charset="UTF-8"'

_basic = Utf8Basic()
_api_key = APIKeyHeader(name="x-api-key", scheme_name="api-key", auto_error=False)
_bearer = HTTPBearer(scheme_name="jwt", bearerFormat="JWT", auto_error=False)

BasicPair = Annotated[HTTPBasicCredentials | None, Depends(_basic)]
ApiKey = Annotated[str | None, Depends(_api_key)]
BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True)
class Parts:
    """What the app is made of; `closing` is set when the server goes down."""

    settings: Settings
    temporal: TemporalConnection
    survey: BreakerSurvey
    records: Records
    credentials: Credentials
    tokens: TokenVerifier
    playbooks: Playbooks
    closing: asyncio.Event = field(default_factory=asyncio.Event)


async def get_parts(request: Request) -> Parts:
    """Return what `create_app` put together."""
    return request.app.state.parts


CurrentParts = Annotated[Parts, Depends(get_parts)]


async def require_reader(
    parts: CurrentParts, basic: BasicPair, api_key: ApiKey, bearer: BearerToken
) -> None:
    """Let in who has any valid credential; in the demo everybody may look."""
    if parts.settings.demo or _is_known(parts, basic, api_key):
        return
    if bearer is None:
        raise UnauthorizedError(
            "send a bearer token, HTTP Basic or an x-api-key header",
            f"{CHALLENGE}, {_BASIC_CHALLENGE}",
        )
    await run_in_threadpool(parts.tokens.subject, bearer.credentials)


async def get_operator(parts: CurrentParts, bearer: BearerToken) -> str:
    """Return who gives an order: the subject of a valid token."""
    if bearer is None:
        raise UnauthorizedError("an order needs a bearer token (JWT)", CHALLENGE)
    return await run_in_threadpool(parts.tokens.subject, bearer.credentials)


async def get_report(request: Request) -> FailureReport:
    """Return the body of a webhook as a report about its job run.

    Credentials come before everything else, so that a stranger's body is never read. All of it is
    one dependency, because ten of them took a third of the time that a webhook waits for us.
    """
    workspace = await _authorized_workspace(request)
    notification = await read_notification(request)
    return notification.to_report(workspace, datetime.now(UTC))


async def get_named_resources(request: Request) -> Alert:
    """Return the body of an alert as a report for each resource that it names."""
    workspace = await _authorized_workspace(request)
    return await read_alert(request, workspace, datetime.now(UTC))


async def _authorized_workspace(request: Request) -> str:
    """Return the workspace of the path to who may report about it."""
    parts: Parts = request.app.state.parts
    if not _is_known(parts, await _basic(request), await _api_key(request)):
        raise UnauthorizedError(
            "send HTTP Basic or an x-api-key header with a credential that is set up here",
            _BASIC_CHALLENGE,
        )
    named = request.path_params.get("workspace", DEFAULT_WORKSPACE)
    return require_known(named, workspace_names(parts.settings))


async def get_arrivals(request: Request) -> Arrivals:
    """Return the door to incidents."""
    parts: Parts = request.app.state.parts
    return Arrivals(parts.temporal)


async def get_breakers(parts: CurrentParts) -> Breakers:
    """Return the door to breakers."""
    return Breakers(parts.temporal)


async def get_gates(parts: CurrentParts) -> Gates:
    """Return the door to gates."""
    return Gates(parts.temporal, workspace_names(parts.settings))


async def get_storms(parts: CurrentParts) -> Storms:
    """Return what reads storms."""
    return Storms(parts.records)


async def get_jobs(parts: CurrentParts) -> Jobs:
    """Return what is known of jobs."""
    return Jobs(parts.records, parts.settings)


async def get_incidents(parts: CurrentParts) -> Incidents:
    """Return what reads incidents."""
    return Incidents(parts.records, parts.temporal, parts.settings.ui_url)


Report = Annotated[FailureReport, Depends(get_report)]
NamedResources = Annotated[Alert, Depends(get_named_resources)]
Operator = Annotated[str, Depends(get_operator)]
ArrivalsDoor = Annotated[Arrivals, Depends(get_arrivals)]
JobsDoor = Annotated[Jobs, Depends(get_jobs)]
IncidentsDoor = Annotated[Incidents, Depends(get_incidents)]
BreakersDoor = Annotated[Breakers, Depends(get_breakers)]
GatesDoor = Annotated[Gates, Depends(get_gates)]
StormsDoor = Annotated[Storms, Depends(get_storms)]


def _is_known(parts: Parts, basic: HTTPBasicCredentials | None, api_key: str | None) -> bool:
    # Both are looked at, whatever the first says, for the same time each.
    return any([parts.credentials.accept_basic(basic), parts.credentials.accept_api_key(api_key)])
