"""The rest after a recovery: a cure needs time to show before the next one is tried.

It holds whoever asks while the circuit is closed. Probes have a pace of their own, and people who
reset, disable or open a breaker have the last word.
"""

from datetime import datetime

from lakemend.breaker.state import Breaker, Circuit, Waiting, change


def begin_rest(breaker: Breaker, recovered_at: datetime) -> Breaker:
    """Begin the rest that follows a recovery, unless one that was later has begun it already."""
    if not breaker.settings.cool_down or breaker.circuit is Circuit.DISABLED:
        return breaker
    return change(breaker, recovered_at=max(recovered_at, breaker.recovered_at or recovered_at))


def learn_of(breaker: Breaker, recovered_at: datetime | None, now: datetime) -> Breaker:
    """Take over a recovery that this breaker has not seen: before its life, or by another key.

    What happened before the last change of state was settled by it, and by a clock that is ahead
    nobody waits longer than for a recovery of now.
    """
    if recovered_at is None or (breaker.period and recovered_at <= breaker.since):
        return breaker
    return begin_rest(breaker, min(recovered_at, now))


def rest_until(breaker: Breaker) -> datetime | None:
    """Return when the rest after the last recovery is over."""
    return breaker.recovered_at and breaker.recovered_at + breaker.settings.cool_down


def is_rested(breaker: Breaker, now: datetime) -> bool:
    """Whether the rest after the last recovery is over."""
    until = rest_until(breaker)
    return until is None or until <= now


def is_settled(breaker: Breaker, now: datetime) -> bool:
    """Whether a recovery before the last change of state makes nobody wait any more.

    Until then the records still tell of it, and a new breaker would not know better.
    """
    return breaker.settled_until is None or breaker.settled_until <= now


def forget_rest(breaker: Breaker, now: datetime) -> Breaker:
    """Forget what is over."""
    return change(
        breaker,
        recovered_at=None if is_rested(breaker, now) else breaker.recovered_at,
        settled_until=None if is_settled(breaker, now) else breaker.settled_until,
    )


def cooling_until(breaker: Breaker, now: datetime) -> datetime | None:
    """Return until when a request made now is held; None if it is not."""
    is_free = breaker.circuit is not Circuit.CLOSED or is_rested(breaker, now)
    return None if is_free else rest_until(breaker)


def end_rest(breaker: Breaker, now: datetime) -> Breaker:
    """End the rest, also for those who are held by it."""
    return shorten_rest(change(breaker, recovered_at=None), now)


def shorten_rest(breaker: Breaker, now: datetime) -> Breaker:
    """Let nobody be held for longer than a request made now."""
    longest = cooling_until(breaker, now) or now
    waiting = {key: _shortened(entry, longest) for key, entry in breaker.waiting.items()}
    return change(breaker, waiting=waiting)


def _shortened(entry: Waiting, longest: datetime) -> Waiting:
    if entry.held_until is None or entry.held_until <= longest:
        return entry
    return entry.model_copy(update={"held_until": longest})
