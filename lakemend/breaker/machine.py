"""The circuit breaker: a pure function of its state, an event and the time."""

from collections.abc import Iterator
from datetime import datetime

from lakemend.breaker.admission import (
    admit_waiting,
    ask,
    expire,
    give_back,
    is_known,
    lose_holder,
    next_admission,
)
from lakemend.breaker.answers import Addressed, Turn
from lakemend.breaker.configuring import adopt, reconfigure
from lakemend.breaker.cool_down import (
    end_rest,
    forget_rest,
    is_rested,
    is_settled,
    rest_until,
)
from lakemend.breaker.looks import look, next_looks
from lakemend.breaker.report import open_as_told, opened, report
from lakemend.breaker.state import Breaker, Circuit, Trigger, change, move, note
from lakemend.breaker.window import is_clean, kept_for
from lakemend.entity_events import Remark
from lakemend.model import Model
from lakemend.permit import CancelRequest, ManualChange, PermitReport, PermitRequest, Reconfigure

_TOO_LONG = "Too few probes came back in the time that half-open may last"


class Switch(Model):
    """A person changes the circuit; `trigger` is one of those by hand."""

    trigger: Trigger
    by_hand: ManualChange


class HolderGone(Model):
    """The answer to a request could not be delivered."""

    request_id: str


class Tick(Model):
    """Time has passed."""


Told = PermitReport | CancelRequest | Reconfigure | Switch | HolderGone
Event = PermitRequest | Tick | Told


def new_breaker(name: str, now: datetime) -> Breaker:
    """Return a closed breaker that has counted nothing."""
    return Breaker(name=name, since=now)


def advance(breaker: Breaker, event: Event, now: datetime) -> Turn:
    """Return what the event makes of the breaker, and the answers to send.

    Raises ValueError for settings that are not allowed.
    """
    if isinstance(event, Tick):
        return tick(breaker, now)
    if isinstance(event, PermitRequest):
        ticked = tick(_heed_settings(breaker, event, now), now)
        asked = ask(ticked.breaker, event, now)
        return Turn(asked.breaker, ticked.answers + asked.answers)
    return admit_waiting(_apply(breaker, event, now), now)


def _heed_settings(breaker: Breaker, request: PermitRequest, now: datetime) -> Breaker:
    """Apply what a new request brings before it is answered, to those who wait already first."""
    if is_known(breaker, request.request_id):
        return breaker
    return adopt(change(breaker, was_asked=True), request.settings, now)


def _apply(breaker: Breaker, event: Told, now: datetime) -> Breaker:
    match event:
        case PermitReport():
            return report(breaker, event, now)
        case CancelRequest():
            return give_back(breaker, event.request_id)
        case HolderGone():
            return lose_holder(breaker, event.request_id, now)
        case Switch():
            return _switch(breaker, event, now)
        case Reconfigure():
            return reconfigure(breaker, event, now)


def tick(breaker: Breaker, now: datetime) -> Turn:
    """Do what is due at `now`.

    Permits and waiting end, an open circuit is tried again, and silent probes are looked for.
    """
    expired = expire(breaker, now)
    breaker = forget_rest(_forget(_turn_over(expired.breaker, now), now), now)
    admitted = admit_waiting(breaker, now)
    looked = look(admitted.breaker, now)
    return Turn(looked.breaker, expired.answers + admitted.answers + looked.answers)


def _turn_over(breaker: Breaker, now: datetime) -> Breaker:
    silent_at = _silent_at(breaker)
    if silent_at is not None and silent_at <= now:
        return opened(breaker, Trigger.PROBES_SILENT, now, _TOO_LONG)
    if breaker.until is None or now < breaker.until:
        return breaker
    is_open = breaker.circuit is Circuit.OPEN
    after = move(breaker, Trigger.WAIT_OVER if is_open else Trigger.HOLD_OVER, now, None)
    kind = "half_opened" if after.circuit is Circuit.HALF_OPEN else "closed"
    message = "The wait is over" if is_open else "The manual hold has ended"
    after = note(after, breaker.circuit, now, Remark(kind=kind, message=message))
    return open_as_told(after, now)


def _silent_at(breaker: Breaker) -> datetime | None:
    longest = breaker.settings.half_open_for_max
    if longest is None or breaker.probing_since is None:
        return None
    return breaker.probing_since + longest


def _forget(breaker: Breaker, now: datetime) -> Breaker:
    forget_at = _forget_at(breaker)
    return change(breaker, calls=()) if forget_at and forget_at <= now else breaker


def _forget_at(breaker: Breaker) -> datetime | None:
    if breaker.circuit is not Circuit.CLOSED or not breaker.calls:
        return None
    return breaker.calls[-1].at + kept_for(breaker.settings)


_SWITCHED = {
    Trigger.RESET: "reset",
    Trigger.FORCE_OPEN: "forced_open",
    Trigger.DISABLE: "disabled",
    Trigger.METRICS_ONLY: "metrics_only",
}


def _switch(breaker: Breaker, switch: Switch, now: datetime) -> Breaker:
    by_hand = switch.by_hand
    lasts = None if switch.trigger is Trigger.RESET else by_hand.expires_after
    until = None if lasts is None else now + lasts
    after = move(breaker, switch.trigger, now, until)
    if switch.trigger is Trigger.RESET:
        after = end_rest(change(after, told_until=None), now)
    message = f"From {breaker.circuit} to {after.circuit} by hand"
    remark = Remark(
        kind=_SWITCHED[switch.trigger], message=message, actor=by_hand.by, reason=by_hand.reason
    )
    return note(after, breaker.circuit, now, remark)


def next_deadline(breaker: Breaker) -> datetime | None:
    """Return when a `Tick` is due, or None if nothing will happen by itself."""
    return min(_deadlines(breaker), default=None)


def _deadlines(breaker: Breaker) -> Iterator[datetime]:
    yield from (permit.expires_at for permit in breaker.permits.values())
    yield from (entry.until for entry in breaker.waiting.values())
    yield from next_looks(breaker)
    known = [breaker.until, _silent_at(breaker), _forget_at(breaker)]
    known += [rest_until(breaker), breaker.settled_until, next_admission(breaker)]
    yield from (at for at in known if at is not None)


def is_forgettable(breaker: Breaker, now: datetime) -> bool:
    """Whether a missing breaker would answer the same as this one."""
    remembered = breaker.permits or breaker.waiting or breaker.overrides
    is_idle = breaker.circuit is Circuit.CLOSED and not remembered
    nobody_waits = is_rested(breaker, now) and is_settled(breaker, now)
    return is_idle and nobody_waits and is_clean(breaker.counted(now), breaker.settings)


__all__ = [
    "Addressed",
    "Breaker",
    "Circuit",
    "Event",
    "HolderGone",
    "Switch",
    "Tick",
    "Turn",
    "advance",
    "is_forgettable",
    "new_breaker",
    "next_deadline",
    "tick",
]
