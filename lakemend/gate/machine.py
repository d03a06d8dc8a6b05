"""The gate of a workspace: a pure function of its state, an event and the time.

It is the upper two levels of leave to act: the cause in the workspace (storms), and the workspace
(the bulkhead and the pause). Breakers are the levels below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lakemend.audit import SYSTEM_ACTOR
from lakemend.breaker.admission import Addressed
from lakemend.breaker.machine import HolderGone, Tick
from lakemend.gate.admission import (
    admit,
    answer,
    answer_again,
    enqueue,
    granted,
    leave_in_time,
    may_pass_at_once,
    suspended,
)
from lakemend.gate.looks import look, next_looks
from lakemend.gate.state import (
    Gate,
    GateEvent,
    Pause,
    Slot,
    change,
    note,
)
from lakemend.gate.storm import StormTicket
from lakemend.gate.storms import count_arrival, deadlines, end_storms, forget, give_back
from lakemend.gate.talk import GateReport, GateRequest
from lakemend.model import Model
from lakemend.permit import ManualChange, PermitOutcome


class PauseOrder(Model):
    """A person holds everything."""

    by_hand: ManualChange


class ResumeOrder(Model):
    """A person lets it go on."""

    by_hand: ManualChange


Event = GateRequest | GateReport | HolderGone | PauseOrder | ResumeOrder | Tick


@dataclass(frozen=True)
class Turn:
    """What one event led to."""

    gate: Gate
    answers: tuple[Addressed, ...] = ()
    tickets: tuple[StormTicket, ...] = ()


def new_gate(workspace: str) -> Gate:
    """Return a gate that everybody may pass."""
    return Gate(workspace=workspace)


def advance(gate: Gate, event: Event, now: datetime) -> Turn:
    """Return what the event makes of the gate, what to send and what to write down."""
    before, gate = gate, _pass_time(gate, now)
    is_news = _gives_way(before, gate)
    gate = _apply(gate, event, now)
    is_news = is_news or gate.settings != before.settings
    if is_news or not isinstance(event, GateRequest) or may_pass_at_once(gate, event.cause, now):
        gate = admit(gate, now)
    if isinstance(event, GateRequest) and event.request_id not in _answered(gate):
        gate = answer_again(gate, event.request_id)
    gate = end_storms(gate, now)
    return Turn(change(gate, answers=(), tickets=()), gate.answers, gate.tickets)


def _gives_way(before: Gate, gate: Gate) -> bool:
    """Whether time may have made room; in a flood the queue is not looked through each time."""
    return (before.pause, before.slots, before.storms) != (gate.pause, gate.slots, gate.storms)


def _answered(gate: Gate) -> set[str]:
    return {addressed.answer.request_id for addressed in gate.answers}


def _apply(gate: Gate, event: Event, now: datetime) -> Gate:
    match event:
        case GateRequest():
            return _ask(gate, event, now)
        case GateReport():
            return give_back(gate, event.request_id, event.outcome, now)
        case HolderGone():
            return _lose(gate, event.request_id, "its holder is gone", now)
        case PauseOrder():
            return _pause(gate, event.by_hand, now)
        case ResumeOrder():
            return _resume(gate, event.by_hand.by, event.by_hand.reason, now)
        case Tick():
            return gate


def _ask(gate: Gate, request: GateRequest, now: datetime) -> Gate:
    """Count an arrival once, whether it passes or waits; a repeated request changes nothing."""
    asked = request.request_id
    if asked in gate.slots or asked in gate.waiting or asked in gate.ended:
        return gate
    gate = _adopt(gate, request, now)
    if not request.comes_back:
        gate = count_arrival(gate, request, now)
    return enqueue(gate, request, now)


def _adopt(gate: Gate, request: GateRequest, now: datetime) -> Gate:
    """Take over its settings, unless it has waited elsewhere since newer ones were read."""
    read_at = min(request.planned_at or now, now)
    if gate.settings_at and read_at < gate.settings_at:
        return gate
    return change(gate, settings=request.settings, settings_at=read_at)


def _lose(gate: Gate, request_id: str, why: str, now: datetime) -> Gate:
    slot = gate.slots.get(request_id)
    gate = give_back(gate, request_id, PermitOutcome.IGNORED, now)
    if slot is None:
        return gate
    message = f"The leave of {slot.holder} ended: {why}"
    return note(gate, GateEvent(number=0, at=now, kind="gate.permit_expired", message=message))


def _pause(gate: Gate, order: ManualChange, now: datetime) -> Gate:
    """Park everything; those under way are told to begin nothing further."""
    until = None if order.expires_after is None else now + order.expires_after
    pause = Pause(by=order.by, reason=order.reason, since=now, until=until)
    gate = change(gate, pause=pause)
    for request_id, slot in gate.slots.items():
        gate = answer(gate, slot.holder, suspended(gate, request_id, pause))
    ends = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
    message = f"Paused{ends}: {len(gate.slots)} under way, {len(gate.waiting)} waiting"
    event = GateEvent(
        number=0,
        at=now,
        kind="gate.paused",
        message=message,
        actor=order.by,
        reason=order.reason,
    )
    return note(gate, event)


def _resume(gate: Gate, by: str, reason: str, now: datetime) -> Gate:
    """Let everything go on; what was under way gets its whole time again."""
    if gate.pause is None:
        return gate
    expires_at = now + gate.settings.permit_expires_after
    slots = {
        key: slot.model_copy(update={"expires_at": expires_at}) for key, slot in gate.slots.items()
    }
    gate = change(gate, pause=None, slots=slots)
    for request_id, slot in slots.items():
        gate = answer(gate, slot.holder, granted(gate, request_id, slot))
    message = f"Resumed: {len(slots)} go on, {len(gate.waiting)} waiting"
    event = GateEvent(
        number=0, at=now, kind="gate.resumed", message=message, actor=by, reason=reason
    )
    return note(gate, event)


def _pass_time(gate: Gate, now: datetime) -> Gate:
    """Do what is due: the pause, leaves and waiting end, and old arrivals are forgotten."""
    if gate.pause and gate.pause.until and gate.pause.until <= now:
        gate = _resume(gate, SYSTEM_ACTOR, "its time was over", now)
    for request_id, slot in _expired_slots(gate, now):
        gate = _lose(gate, request_id, f"not reported by {slot.expires_at:%H:%M:%S} UTC", now)
    return look(forget(leave_in_time(gate, now), now), now)


def _expired_slots(gate: Gate, now: datetime) -> list[tuple[str, Slot]]:
    """Return the leaves whose time is over; time stands still for them during a pause."""
    if gate.pause:
        return []
    return [(key, slot) for key, slot in gate.slots.items() if slot.expires_at <= now]


def next_deadline(gate: Gate) -> datetime | None:
    """Return when a `Tick` is due, or None if nothing will happen by itself."""
    return min(_deadlines(gate), default=None)


def _deadlines(gate: Gate) -> Iterator[datetime]:
    if gate.waiting and gate.nobody_leaves_before:
        yield gate.nobody_leaves_before
    yield from deadlines(gate)
    yield from next_looks(gate)
    if gate.pause is None:
        yield from (slot.expires_at for slot in gate.slots.values())
    elif gate.pause.until:
        yield gate.pause.until


def is_forgettable(gate: Gate) -> bool:
    """Whether a missing gate, which lets everybody pass, would do the same."""
    return not (gate.pause or gate.slots or gate.waiting or gate.arrivals or gate.storms)


__all__ = [
    "Gate",
    "HolderGone",
    "PauseOrder",
    "ResumeOrder",
    "Tick",
    "Turn",
    "advance",
    "is_forgettable",
    "new_gate",
    "next_deadline",
]
