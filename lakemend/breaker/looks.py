"""Looking for those who hold a probe that a half-open circuit waits for."""

from collections.abc import Iterator
from datetime import datetime

from lakemend.breaker.answers import Turn, granted
from lakemend.breaker.state import Breaker, Circuit, Permit, change


def look(breaker: Breaker, now: datetime) -> Turn:
    """Tell those who are due that they may act; the entity learns which of them are gone."""
    due = {key: probe for key, probe in _probes(breaker).items() if probe.next_look <= now}
    if not due:
        return Turn(breaker)
    seen = {key: probe.looked_for(now) for key, probe in due.items()}
    answers = tuple(granted(breaker, key, probe) for key, probe in due.items())
    return Turn(change(breaker, permits=breaker.permits | seen), answers)


def next_looks(breaker: Breaker) -> Iterator[datetime]:
    """Return when each is looked for next."""
    yield from (probe.next_look for probe in _probes(breaker).values())


def _probes(breaker: Breaker) -> dict[str, Permit]:
    """Return the probes that nobody has reported: whoever comes meanwhile waits or is refused."""
    if breaker.circuit is not Circuit.HALF_OPEN:
        return {}
    return {
        key: permit
        for key, permit in breaker.permits.items()
        if permit.probe and permit.period == breaker.period
    }
