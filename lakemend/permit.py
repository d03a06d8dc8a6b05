"""What an incident and a breaker say to each other.

The incident asks by signal-with-start and is answered by a signal, because an update on a hot key
is refused beyond ten in flight, and a query cannot count.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from lakemend.durations import Duration
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.model import Model

BREAKER_WORKFLOW = "BreakerWorkflow"
BREAKER_PREFIX = "breaker:"


class Decision(StrEnum):
    """The breaker's answer."""

    GRANTED = "granted"
    PARKED = "parked"
    REJECTED = "rejected"


class BreakerSettings(Model):
    """How a breaker counts and opens; the rest of the windows join here."""

    failure_threshold: int = 5
    open_for: Duration = timedelta(seconds=300)
    success_threshold: int = 2
    half_open_permits: int = 1
    permit_expires_after: Duration = timedelta(hours=24)


class PermitRequest(Model):
    """May I act? `holder` is the workflow to answer."""

    request_id: str
    holder: str
    settings: BreakerSettings = BreakerSettings()


class PermitAnswer(Model):
    """The answer to one request; `retry_at` tells when asking again makes sense."""

    request_id: str
    decision: Decision
    breaker: str
    state: str
    retry_at: datetime | None = None


class PermitOutcome(StrEnum):
    """How the recovery went that a permit was given for."""

    SUCCESS = "success"
    FAILURE = "failure"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


class PermitReport(Model):
    """Gives the permit back with the outcome."""

    request_id: str
    outcome: PermitOutcome


def breaker_name(workspace: str, error_type: str, kind: str, resource_id: str) -> str:
    """Return `{error_type}:{kind}-{id}`, led by the workspace unless it is the default one."""
    name = f"{error_type}:{kind}-{resource_id}"
    return name if workspace == DEFAULT_WORKSPACE else f"{workspace}:{name}"


def breaker_workflow_id(name: str) -> str:
    """Return the id that the Temporal CLI addresses."""
    return f"{BREAKER_PREFIX}{name}"
