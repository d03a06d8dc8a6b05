"""What an incident and a breaker say to each other.

The incident asks by signal-with-start and is answered by a signal, because an update on a hot key
is refused beyond ten in flight, and a query cannot count.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from lakemend.breaker.settings import BreakerSettings, checked
from lakemend.durations import Duration
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.instants import Instant
from lakemend.model import Model

BREAKER_WORKFLOW = "BreakerWorkflow"
BREAKER_PREFIX = "breaker:"
PERMIT_ANSWERED = "permit_answered"
"""The signal by which a holder is answered; it brings a PermitAnswer."""


class Decision(StrEnum):
    """The breaker's answer."""

    GRANTED = "granted"
    PARKED = "parked"
    REJECTED = "rejected"


class PermitRequest(Model):
    """May I act? `holder` is the workflow to answer.

    `recovered_at` is the last recovery of the same resource that the asker knows of.
    """

    request_id: str
    holder: str
    settings: BreakerSettings = BreakerSettings()
    recovered_at: Instant | None = None


class PermitAnswer(Model):
    """The answer to one request; `retry_at` tells when asking again makes sense.

    `breaker` names who answers, which may be the gate of the workspace. A parked request is
    answered again later, granted or rejected. `place` counts from 1 in the queue and is 0
    otherwise; a granted permit that is not reported ends at `expires_at`. `storm` is the one that
    it waits in, or was let through by.
    """

    request_id: str
    decision: Decision
    breaker: str
    state: str
    retry_at: datetime | None = None
    reason: str = ""
    place: int = 0
    probe: bool = False
    storm: str = ""
    expires_at: datetime | None = None


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
    `settings` are for a breaker that this report starts.
    """

    request_id: str
    outcome: PermitOutcome
    duration: Duration | None = None
    open_until: Instant | None = None
    settings: BreakerSettings | None = None


class CancelRequest(Model):
    """Leaves the queue, or gives the permit back without an outcome."""

    request_id: str


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
    """Asks the breaker `name` for a permit; `job_id` is the breaker's job, if it is for one."""

    name: str
    request: PermitRequest
    workspace: str = DEFAULT_WORKSPACE
    job_id: str = ""


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


def breaker_workflow_id(name: str) -> str:
    """Return the id that the Temporal CLI addresses."""
    return f"{BREAKER_PREFIX}{name}"
