"""What people and programs see of a gate, and what its workflow starts from."""

from datetime import datetime

from lakemend.audit import AuditEntry
from lakemend.entity_events import audit_entry, last_lines
from lakemend.gate.admission import reason_to_wait
from lakemend.gate.state import Gate, GateState, Pause
from lakemend.gate.storm import StormTicket, ticket
from lakemend.gate.talk import GateRequest, GateSettings, gate_workflow_id
from lakemend.letter import Letter
from lakemend.model import Model

MOST_LISTED = 200
"""Parked requests in one answer; the whole queue may hold thousands."""


class GateInput(Model):
    """What starts a gate; the rest is filled in by a run that goes on as a new one.

    `first` is the request of the incident that started it, which needs no answer: a gate that
    remembers nothing lets everybody pass.
    """

    workspace: str
    first: GateRequest | None = None
    gate: Gate | None = None
    outbox: tuple[Letter, ...] = ()
    unwritten: tuple[AuditEntry, ...] = ()
    tickets: tuple[StormTicket, ...] = ()


class GateStatus(Model):
    """The answer to the query `status`."""

    workspace: str
    state: GateState
    pause: Pause | None = None
    under_way: int = 0
    most: int = 0
    waiting: int = 0
    oldest_wait_since: datetime | None = None
    storms: tuple[StormTicket, ...] = ()
    settings: GateSettings = GateSettings()


class ParkedRequest(Model):
    """One parked request, as the query `waiting` lists them; `place` counts over all causes."""

    request_id: str
    holder: str
    cause: str
    place: int
    reason: str
    since: datetime
    until: datetime


def status(gate: Gate) -> GateStatus:
    """Sum up a gate."""
    oldest = next(iter(gate.waiting.values()), None)
    return GateStatus(
        workspace=gate.workspace,
        state=gate.state,
        pause=gate.pause,
        under_way=len(gate.slots),
        most=gate.settings.max_recoveries,
        waiting=len(gate.waiting),
        oldest_wait_since=oldest.since if oldest else None,
        storms=tuple(
            ticket(storm, gate.workspace, len(gate.queue_of(cause)))
            for cause, storm in gate.storms.items()
        ),
        settings=gate.settings,
    )


def waiting(gate: Gate) -> tuple[ParkedRequest, ...]:
    """List the parked, first in the queue first."""
    first = list(gate.waiting.items())[:MOST_LISTED]
    return tuple(
        ParkedRequest(
            request_id=key,
            place=number,
            reason=reason_to_wait(gate, place.cause),
            **place.model_dump(),
        )
        for number, (key, place) in enumerate(first, start=1)
    )


def describe(gate: Gate) -> str:
    """Write the state for a person on call, in Markdown."""
    seen = status(gate)
    lines = [
        f"**{seen.state}**{_pause(gate.pause)}",
        "",
        f"- {seen.under_way} of at most {seen.most} recoveries under way, {seen.waiting} parked",
        *(_storm(storm) for storm in seen.storms),
    ]
    return "\n".join([*lines, *last_lines(gate.events)])


def _pause(pause: Pause | None) -> str:
    if pause is None:
        return ""
    until = f", until {pause.until:%Y-%m-%d %H:%M:%S} UTC" if pause.until else ""
    because = f": {pause.reason}" if pause.reason else ""
    return f" by {pause.by} since {pause.since:%Y-%m-%d %H:%M:%S} UTC{until}{because}"


def _storm(storm: StormTicket) -> str:
    tally = storm.tally
    return (
        f"- storm of {storm.cause} since {storm.began_at:%H:%M:%S} UTC: {storm.waiting} parked, "
        f"{storm.allowed} at a time, {tally.recovered} recovered, {tally.failed} failed"
    )


def audit_entries(gate: Gate, since: int, life: str) -> tuple[AuditEntry, ...]:
    """Return the audit entries of the events after number `since`; `life` as `audit_entry` says."""
    subject = gate_workflow_id(gate.workspace)
    return tuple(
        audit_entry(event, subject, life, event.kind, event.data)
        for event in gate.events
        if event.number > since
    )
