"""What a gate is at one moment: who is inside, who waits, what storms, and who paused it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from lakemend.breaker.admission import Addressed
from lakemend.entity_events import EntityEvent
from lakemend.gate.storm import Arrivals, Storm, StormTicket, ticket
from lakemend.gate.talk import GateSettings
from lakemend.looking import Held
from lakemend.model import Model, lacking

KEPT_EVENTS = 100
KEPT_ENDED = 1000
"""How many ended requests are remembered, so that a repeated message does not ask again."""


class GateState(StrEnum):
    """What an operator looks for; a bulkhead that is full is ordinary business."""

    PASSING = "passing"
    STORM = "storm"
    PAUSED = "paused"


class Slot(Held):
    """One recovery under way; `period` is that of its storm when it was let through."""

    cause: str
    storm_id: str = ""
    period: int = 0


class Place(Model):
    """One parked request."""

    holder: str
    cause: str
    since: datetime
    until: datetime


class Pause(Model):
    """Who holds everything, why, and until when; None is until somebody resumes."""

    by: str
    reason: str
    since: datetime
    until: datetime | None = None


class GateEvent(EntityEvent):
    """One thing that happened to a gate; `kind` is like `storm.began`."""

    data: dict[str, Any] = {}


class Gate(Model):
    """The whole state of one gate.

    `slots` and `waiting` are keyed by request id, oldest first; `arrivals` and `storms` by cause.
    None of those who wait has waited long enough at `nobody_leaves_before`; of those who found the
    queue full the last comes back at `last_return_at`. `settings` were read at `settings_at`.
    `answers` and `tickets` are what the event under way has to send and to write.
    """

    workspace: str
    settings: GateSettings = GateSettings()
    settings_at: datetime | None = None
    pause: Pause | None = None
    slots: dict[str, Slot] = {}
    waiting: dict[str, Place] = {}
    arrivals: dict[str, Arrivals] = {}
    storms: dict[str, Storm] = {}
    ended: tuple[str, ...] = ()
    nobody_leaves_before: datetime | None = None
    last_return_at: datetime | None = None
    events: tuple[GateEvent, ...] = ()
    event_count: int = 0
    answers: tuple[Addressed, ...] = ()
    tickets: tuple[StormTicket, ...] = ()

    @property
    def state(self) -> GateState:
        """What lists show."""
        if self.pause:
            return GateState.PAUSED
        return GateState.STORM if self.storms else GateState.PASSING

    def queue_of(self, cause: str) -> list[str]:
        """Return the parked requests of one cause, first in the queue first."""
        return [key for key, place in self.waiting.items() if place.cause == cause]

    def under_way(self, storm: Storm) -> int:
        """Count the recoveries that a storm let through and that have not reported."""
        return sum(slot.storm_id == storm.storm_id for slot in self.slots.values())


def change(gate: Gate, **fields: Any) -> Gate:
    """Return the gate with these fields replaced."""
    return gate.model_copy(update=fields)


def without(gate: Gate, request_id: str) -> Gate:
    """Take a request out, and know it again if its message is repeated."""
    return change(
        gate,
        slots=lacking(gate.slots, request_id),
        waiting=lacking(gate.waiting, request_id),
        ended=(*gate.ended, request_id)[-KEPT_ENDED:],
    )


def note(gate: Gate, event: GateEvent) -> Gate:
    """Write down what happened, numbered over the gate's whole life; the last hundred are kept."""
    numbered = event.model_copy(update={"number": gate.event_count + 1})
    kept = (*gate.events, numbered)[-KEPT_EVENTS:]
    return change(gate, events=kept, event_count=numbered.number)


def note_storm(
    gate: Gate, storm: Storm, kind: str, message: str, at: datetime, *, ended: bool = False
) -> Gate:
    """Write down what a storm does, and bring its ticket up to date."""
    waiting = len(gate.queue_of(storm.cause))
    now = ticket(storm, gate.workspace, waiting, at if ended else None)
    facts = now.model_dump(mode="json", exclude={"began_with", "ticket"})
    event = GateEvent(number=0, at=at, kind=f"storm.{kind}", message=message, data=facts)
    return change(note(gate, event), tickets=(*gate.tickets, now))
