"""What a breaker is at one moment, and which transitions it may make."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.window import Calls, Tally, tally
from lakemend.entity_events import EntityEvent, Remark
from lakemend.looking import Held
from lakemend.model import Model

KEPT_EVENTS = 100
KEPT_REPORTED = 1000
"""How many requests that are over are remembered, so that a repeated message counts once."""


class Circuit(StrEnum):
    """The state of a breaker; `metrics_only` lets all pass and counts, `disabled` does not."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    DISABLED = "disabled"
    METRICS_ONLY = "metrics_only"


class Trigger(StrEnum):
    """What makes a circuit change."""

    TOO_MUCH = "too_much"
    TOLD_TO_WAIT = "told_to_wait"
    WAIT_OVER = "wait_over"
    PROBES_SUCCEEDED = "probes_succeeded"
    PROBES_FAILED = "probes_failed"
    PROBES_SILENT = "probes_silent"
    HOLD_OVER = "hold_over"
    RESET = "reset"
    FORCE_OPEN = "force_open"
    DISABLE = "disable"
    METRICS_ONLY = "metrics_only"


_BY_HAND: Mapping[Trigger, Circuit] = {
    Trigger.RESET: Circuit.CLOSED,
    Trigger.FORCE_OPEN: Circuit.FORCED_OPEN,
    Trigger.DISABLE: Circuit.DISABLED,
    Trigger.METRICS_ONLY: Circuit.METRICS_ONLY,
}
TRANSITIONS: Mapping[tuple[Circuit, Trigger], Circuit] = {
    (Circuit.CLOSED, Trigger.TOO_MUCH): Circuit.OPEN,
    (Circuit.CLOSED, Trigger.TOLD_TO_WAIT): Circuit.OPEN,
    (Circuit.OPEN, Trigger.WAIT_OVER): Circuit.HALF_OPEN,
    (Circuit.HALF_OPEN, Trigger.PROBES_SUCCEEDED): Circuit.CLOSED,
    (Circuit.HALF_OPEN, Trigger.PROBES_FAILED): Circuit.OPEN,
    (Circuit.HALF_OPEN, Trigger.PROBES_SILENT): Circuit.OPEN,
    (Circuit.HALF_OPEN, Trigger.TOLD_TO_WAIT): Circuit.OPEN,
    # what was closed on purpose is tried carefully, what was open on purpose just goes on
    (Circuit.FORCED_OPEN, Trigger.HOLD_OVER): Circuit.HALF_OPEN,
    (Circuit.DISABLED, Trigger.HOLD_OVER): Circuit.CLOSED,
    (Circuit.METRICS_ONLY, Trigger.HOLD_OVER): Circuit.CLOSED,
} | {(circuit, trigger): target for circuit in Circuit for trigger, target in _BY_HAND.items()}
"""Every transition there is; `move` refuses any other."""


class Permit(Held):
    """A leave to act, not reported yet; `period` is the breaker's when it was given."""

    period: int
    probe: bool = False


class Waiting(Model):
    """A parked request, or one that a closed circuit holds until a recovery has had its rest."""

    holder: str
    since: datetime
    until: datetime
    held_until: datetime | None = None


class BreakerEvent(EntityEvent):
    """One thing that happened to a breaker, and between which states."""

    from_circuit: Circuit
    to_circuit: Circuit


class Totals(Model):
    """Calls by kind since the breaker was started."""

    successful: int = 0
    failed: int = 0
    ignored: int = 0
    slow: int = 0
    late: int = 0
    not_permitted: int = 0
    parked: int = 0
    expired: int = 0


class Breaker(Model):
    """The whole state of one breaker.

    `base` is what the last request brought, or a report before the first one (`was_asked`);
    `overrides` is what people set for this key, `settings` both together. `until` ends an open
    circuit or a manual hold; before `told_until` a failure has called trying useless. `permits` and
    `waiting` are keyed by request id, oldest first. `resume_at` is when the next parked request may
    pass; `recovered_at` is the last recovery for as long as it makes others wait; until
    `settled_until` it has to be known that earlier ones make nobody wait. `reported` are requests
    that are over, `expired` those among them whose result may still come, too late; `refused` got
    no permit.
    """

    name: str
    circuit: Circuit = Circuit.CLOSED
    since: datetime
    until: datetime | None = None
    told_until: datetime | None = None
    period: int = 0
    openings: int = 0
    was_asked: bool = False
    base: BreakerSettings = BreakerSettings()
    overrides: dict[str, Any] = {}
    settings: BreakerSettings = BreakerSettings()
    calls: Calls = ()
    trial: Calls = ()
    probes_given: int = 0
    probing_since: datetime | None = None
    permits: dict[str, Permit] = {}
    waiting: dict[str, Waiting] = {}
    resume_at: datetime | None = None
    recovered_at: datetime | None = None
    settled_until: datetime | None = None
    reported: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    totals: Totals = Totals()
    events: tuple[BreakerEvent, ...] = ()
    event_count: int = 0

    def counted(self, now: datetime) -> Tally:
        """Sum up the window at `now`."""
        return tally(self.calls, self.settings, now)

    @property
    def probes_out(self) -> int:
        """How many probes of this half-open period have not been reported."""
        return sum(p.probe and p.period == self.period for p in self.permits.values())


def change(breaker: Breaker, **fields: Any) -> Breaker:
    """Return the breaker with these fields replaced."""
    return breaker.model_copy(update=fields)


def move(breaker: Breaker, trigger: Trigger, now: datetime, until: datetime | None) -> Breaker:
    """Change the circuit; raises ValueError if the table has no such transition."""
    target = TRANSITIONS.get((breaker.circuit, trigger))
    if target is None:
        raise ValueError(f"{breaker.circuit} knows no transition by {trigger}")
    fresh = target in {Circuit.CLOSED, Circuit.METRICS_ONLY, Circuit.DISABLED}
    openings = {Circuit.OPEN: breaker.openings + 1, Circuit.CLOSED: 0}
    rest = breaker.settings.cool_down if target is Circuit.CLOSED else None
    stops = target in {Circuit.OPEN, Circuit.FORCED_OPEN}
    return change(
        breaker,
        circuit=target,
        since=now,
        until=until,
        period=breaker.period + 1,
        openings=openings.get(target, breaker.openings),
        calls=() if fresh else breaker.calls,
        waiting=_not_held(breaker.waiting) if stops else breaker.waiting,
        trial=(),
        probes_given=0,
        probing_since=None,
        resume_at=now if fresh else None,
        settled_until=now + rest if rest else None,
    )


def _not_held(waiting: dict[str, Waiting]) -> dict[str, Waiting]:
    """Return those who wait for the circuit from now on, and no longer for the end of a rest."""
    return {key: entry.model_copy(update={"held_until": None}) for key, entry in waiting.items()}


def open_for(breaker: Breaker) -> timedelta:
    """Return how long the next opening lasts.

    Each reopening in a row multiplies the time, up to the cap, which no jitter exceeds. It comes
    from the name, so that breakers which opened together do not probe together and a replay still
    decides the same.
    """
    settings = breaker.settings
    # capped before multiplying: 10 to the power of many reopenings is no timedelta any more
    growth = settings.open_growth ** min(breaker.openings, 50)
    most = max(settings.open_for_max, settings.open_for).total_seconds()
    seconds = min(settings.open_for.total_seconds() * growth, most)
    shortest = seconds * (1 - settings.open_jitter)
    # cut off at the cap, half of them would probe together after all
    longest = min(seconds * (1 + settings.open_jitter), most)
    return timedelta(seconds=shortest + _share(breaker) * (longest - shortest))


def _share(breaker: Breaker) -> float:
    """Return a number between 0 and 1 that says nothing, also for keys that differ in a digit."""
    key = f"{breaker.name}/{breaker.openings}".encode()
    return int.from_bytes(blake2b(key, digest_size=4).digest()) / 2**32


def note(breaker: Breaker, before: Circuit, now: datetime, remark: Remark) -> Breaker:
    """Write down what happened; the last hundred events are kept."""
    event = BreakerEvent(
        number=breaker.event_count + 1,
        at=now,
        from_circuit=before,
        to_circuit=breaker.circuit,
        **remark.model_dump(),
    )
    kept = (*breaker.events, event)[-KEPT_EVENTS:]
    return change(breaker, events=kept, event_count=event.number)
