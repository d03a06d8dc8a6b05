"""What incidents and people say to the gate of a workspace, which answers as a breaker does."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from lakemend.durations import Duration
from lakemend.gate.storm import StormSettings
from lakemend.instants import Instant
from lakemend.letter import RequestId
from lakemend.model import Model
from lakemend.permit import (
    BreakerCall,
    BreakerCancel,
    BreakerReport,
    LeaveRequest,
    PermitOutcome,
)

GATE_WORKFLOW = "GateWorkflow"
GATE_PREFIX = "gate:"


class GateSettings(Model):
    """How many recoveries may be under way at once, and what a storm is."""

    max_recoveries: Annotated[int, Field(ge=1, le=1000)] = 50
    storm: StormSettings = StormSettings()
    permit_expires_after: Duration = timedelta(hours=24)


class GateRequest(LeaveRequest):
    """Asks a gate for leave to act against `cause`; it is the last level.

    `comes_back` is from one that asks anew against the same cause, since a full queue has sent it
    away or it has planned again: the gate keeps nothing of it, and has counted it as an arrival.
    `planned_at` is when it read its settings, which replace none that were read later.
    """

    cause: Annotated[str, Field(min_length=1, max_length=200)]
    settings: GateSettings = GateSettings()
    park_for: Duration = timedelta(hours=4)
    comes_back: bool = False
    planned_at: Instant | None = None


class GateReport(Model):
    """How it went; also leaves the queue, for a request that was never granted."""

    request_id: RequestId
    outcome: PermitOutcome


class PermitCall(Model):
    """Asks level by level: the breakers of job and cluster, then the gate of the workspace.

    `breakers` are those that have not granted yet, lowest first. A request travels from level to
    level, unless each is to answer for itself, `one_by_one`.
    """

    workspace: str
    gate: GateRequest
    breakers: tuple[BreakerCall, ...] = ()
    one_by_one: bool = False


class PermitReturn(Model):
    """Gives the leave of every level back in one go; a gate that was never asked is left out."""

    workspace: str
    gate: GateReport | None = None
    breakers: tuple[BreakerReport | BreakerCancel, ...] = ()


def gate_workflow_id(workspace: str) -> str:
    """Return the id that the Temporal CLI addresses."""
    return f"{GATE_PREFIX}{workspace}"
