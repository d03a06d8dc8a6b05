"""Looking for those who hold a probe that a half-open circuit waits for."""

from collections.abc import Iterator
from datetime import datetime

from lakemend.breaker.answers import Turn, granted
from lakemend.breaker.state import Breaker, Circuit, Permit, change
from lakemend.looking import next_look


def look(breaker: Breaker, now: datetime) -> Turn:
    """Tell those who are due that they may act; the entity learns which of them are gone."""
    due = {key: probe for key, probe in _probes(breaker).items() if _next_look(probe) <= now}
    if not due:
        return Turn(breaker)
    seen = {key: _seen(probe, now) for key, probe in due.items()}
    answers = tuple(granted(breaker, key, probe) for key, probe in due.items())
    return Turn(change(breaker, permits=breaker.permits | seen), answers)


def next_looks(breaker: Breaker) -> Iterator[datetime]:
    """Return when each is looked for next."""
    yield from map(_next_look, _probes(breaker).values())


def _probes(breaker: Breaker) -> dict[str, Permit]:
    """Return the probes that nobody has reported: whoever comes meanwhile waits or is refused."""
    if breaker.circuit is not Circuit.HALF_OPEN:
        return {}
    return {
        key: permit
        for key, permit in breaker.permits.items()
        if permit.probe and permit.period == breaker.period
    }


def _seen(probe: Permit, now: datetime) -> Permit:
    return probe.model_copy(update={"looks": probe.looks + 1, "looked_at": now})


def _next_look(probe: Permit) -> datetime:
    return next_look(probe.looked_at or probe.granted_at, probe.looks)
