"""What an incident and a breaker say to each other.

The incident asks by signal-with-start and is answered by a signal, because an update on a hot key
is refused beyond ten in flight, and a query cannot count.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator

from lakemend.breaker.settings import BreakerSettings, checked
from lakemend.durations import Duration
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.instants import Instant
from lakemend.letter import Address, RequestId, check_address
from lakemend.model import Model, SlimModel

BREAKER_WORKFLOW = "BreakerWorkflow"
BREAKER_PREFIX = "breaker:"
REQUEST_PERMIT = "request_permit"
CANCEL_REQUEST = "cancel_request"
REPORT = "report"
PERMIT_ANSWERED = "permit_answered"
"""The signal by which a holder is answered; it brings a PermitAnswer."""


def breaker_workflow_id(name: str) -> str:
    """Return the id that the Temporal CLI addresses."""
    return f"{BREAKER_PREFIX}{name}"


def _check_addressable(name: str) -> str:
    check_address(breaker_workflow_id(name))
    return name


Answerer = Annotated[str, AfterValidator(_check_addressable)]
"""The breaker that answers, or the gate: what it has granted may be given back to it."""


class Decision(StrEnum):
    """The breaker's answer."""

    GRANTED = "granted"
    PARKED = "parked"
    REJECTED = "rejected"


class PermitAnswer(SlimModel):
    """The answer to one request; `retry_at` tells when asking again makes sense.

    `breaker` names who answers, which may be the gate of the workspace. A parked request is
    answered again later, granted or rejected. `place` counts from 1 in the queue and is 0
    otherwise; a granted permit that is not reported ends at `expires_at`. `storm` is the one that
    it waits in, or was let through by. `passed` are the answers of lower levels, which have granted
    and leave it to this one to say so.
    """

    request_id: RequestId
    decision: Decision
    breaker: Answerer
    state: str
    retry_at: datetime | None = None
    reason: str = ""
    place: int = 0
    probe: bool = False
    storm: str = ""
    expires_at: datetime | None = None
    passed: tuple["PermitAnswer", ...] = ()


class LeaveRequest(Model):
    """May I act? `holder` is the workflow to answer.

    Who grants it asks `then`, the further levels, in the holder's name; `passed` is what the lower
    ones have said.
    """

    request_id: RequestId
    holder: Address
    then: tuple["Onward", ...] = ()
    passed: tuple[PermitAnswer, ...] = ()


class Onward(LeaveRequest):
    """The request to a further level, the workflow `to`.

    Who passes it on need not understand what else it says.
    """

    model_config = ConfigDict(extra="allow")

    to: Address


# requests are derived from it in other modules, where the name `Onward` means nothing
LeaveRequest.model_rebuild()


class PermitRequest(LeaveRequest):
    """Asks a breaker; `recovered_at` is the last recovery of its job that the asker knows of."""

    settings: BreakerSettings = BreakerSettings()
    recovered_at: Instant | None = None


class PermitOutcome(StrEnum):
    """How the recovery went that a permit was given for."""

    SUCCESS = "success"
    FAILURE = "failure"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


class PermitReport(Model):
    """Gives the permit back with the outcome.

    `duration` is how long the recovery took, from grant to report if left out. `open_until` is an
    instant before which nobody needs to try, like a Retry-After or the end of a maintenance window.
    `settings` are for a breaker that this report starts. Failures in a row of one `source` count as
    one; without a source each counts.
    """

    request_id: RequestId
    outcome: PermitOutcome
    duration: Duration | None = None
    open_until: Instant | None = None
    settings: BreakerSettings | None = None
    source: Annotated[str, Field(max_length=200)] = ""


class CancelRequest(Model):
    """Leaves the queue, or gives the permit back without an outcome."""

    request_id: RequestId


Lasts = Annotated[Duration, Field(gt=timedelta(0))]


class Order(Model):
    """Who orders something and why; an unknown field is refused.

    A mistyped `expires_after` would otherwise be a hold without end.
    """

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=500)] = ""


class ManualChange(Order):
    """Switches a breaker by hand: `reset`, `force_open`, `disable`, `metrics_only`.

    With `expires_after` a switch ends by itself; a reset has no end.
    """

    expires_after: Lasts | None = None


class Reconfigure(Order):
    """Replaces some settings of one key until they are taken back with null."""

    settings: dict[str, Any]

    @field_validator("settings")
    @classmethod
    def _allowed(cls, value: dict[str, Any]) -> dict[str, Any]:
        return checked(value)


class BreakerCall(Model):
    """Asks the breaker `name` for a permit; `job_id` is the breaker's job, if it is for one.

    `source` goes into the report; see there.
    """

    name: str
    request: PermitRequest
    workspace: str = DEFAULT_WORKSPACE
    job_id: str = ""
    source: str = ""


class BreakerReport(Model):
    """Reports to the breaker `name`; `job_id` is the breaker's job, if it is for one."""

    name: str
    report: PermitReport
    job_id: str = ""


class BreakerCancel(Model):
    """Takes a request back from the breaker `name`."""

    name: str
    cancel: CancelRequest


class BreakerKind(StrEnum):
    """What a breaker may stand for: whatever incidents are about, and a whole workspace."""

    JOB = "job"
    CLUSTER = "cluster"
    PIPELINE = "pipeline"
    WAREHOUSE = "warehouse"
    WORKSPACE = "workspace"


_NAME = re.compile(
    rf"([A-Za-z0-9][A-Za-z0-9._-]*:)?[A-Z][A-Za-z0-9]*:({'|'.join(BreakerKind)})-[^\s/]+", re.ASCII
)


def check_breaker_name(name: str) -> str:
    """Return the name; raises ValueError for what no incident would ever ask."""
    if not _NAME.fullmatch(name):
        raise ValueError("a breaker's name is like DatabricksJobExecutionError:job-123")
    return name


def breaker_name(workspace: str, error_type: str, kind: str, resource_id: str) -> str:
    """Return `{error_type}:{kind}-{id}`, led by the workspace unless it is the default one."""
    name = f"{error_type}:{kind}-{resource_id}"
    return name if workspace == DEFAULT_WORKSPACE else f"{workspace}:{name}"
