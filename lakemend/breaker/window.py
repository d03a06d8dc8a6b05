"""What a breaker counted, and whether that is too much; which state follows is not decided here."""

from datetime import datetime, timedelta

from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.model import Model

KEPT_CALLS = 1000
"""The most calls a window holds: it must fit into a workflow's input with all the rest."""


class Call(Model):
    """One recovery that ended at `at`; failures in a row of one `source` count as one."""

    at: datetime
    failed: bool
    slow: bool = False
    source: str = ""


Calls = tuple[Call, ...]


class Tally(Model):
    """What the calls in the window come to; rates in percent, `None` below the minimum of calls."""

    calls: int = 0
    failures: int = 0
    consecutive_failures: int = 0
    slow: int = 0
    failure_rate: float | None = None
    slow_rate: float | None = None


def is_slow(duration: timedelta, settings: BreakerSettings) -> bool:
    """Whether a recovery took longer than allowed; exactly as long is not slow."""
    return settings.slow_after is not None and duration > settings.slow_after


def record(calls: Calls, call: Call, settings: BreakerSettings) -> Calls:
    """Add a call; more are kept than needed, so that another kind of window can follow."""
    calls = _without_its_last(calls, call)
    keep = KEPT_CALLS if settings.window is Window.TIME else _most(settings)
    return (*calls, call)[-keep:]


def _without_its_last(calls: Calls, call: Call) -> Calls:
    """Drop the failure that the same source had in the row that this one goes on with."""
    row = _trailing_failures(calls)
    if not (call.failed and call.source and row):
        return calls
    kept = tuple(each for each in calls[-row:] if each.source != call.source)
    return calls[:-row] + kept


def _most(settings: BreakerSettings) -> int:
    return max(settings.window_size, settings.failure_threshold)


def _within(calls: Calls, settings: BreakerSettings, now: datetime) -> Calls:
    if settings.window is Window.TIME:
        return tuple(call for call in calls if now - call.at < settings.window_for)
    keep = settings.window_size if settings.window is Window.COUNT else settings.failure_threshold
    return calls[-keep:]


def tally(calls: Calls, settings: BreakerSettings, now: datetime) -> Tally:
    """Sum up the calls that are in the window at `now`."""
    seen = _within(calls, settings, now)
    minimum = settings.minimum_calls
    if settings.window is Window.COUNT:
        minimum = min(minimum, settings.window_size)
    return _sum(seen, minimum)


def trial_tally(trial: Calls, settings: BreakerSettings) -> Tally:
    """Sum up the probes of a half-open circuit: a window as large as the number of probes."""
    permits = settings.half_open_permits
    return _sum(trial[-permits:], min(settings.minimum_calls, permits))


def _sum(calls: Calls, minimum: int) -> Tally:
    failures = sum(call.failed for call in calls)
    slow = sum(call.slow for call in calls)
    enough = len(calls) >= minimum
    return Tally(
        calls=len(calls),
        failures=failures,
        consecutive_failures=_trailing_failures(calls),
        slow=slow,
        failure_rate=100 * failures / len(calls) if enough else None,
        slow_rate=100 * slow / len(calls) if enough else None,
    )


def _trailing_failures(calls: Calls) -> int:
    count = 0
    for call in reversed(calls):
        if not call.failed:
            break
        count += 1
    return count


def is_too_much(counted: Tally, settings: BreakerSettings) -> bool:
    """Whether the circuit has to open."""
    if settings.window is Window.CONSECUTIVE:
        return counted.consecutive_failures >= settings.failure_threshold
    return exceeds_rates(counted, settings)


def is_clean(counted: Tally, settings: BreakerSettings) -> bool:
    """Whether an empty window would decide the same; successes keep a rate down."""
    if settings.window is Window.CONSECUTIVE:
        return counted.consecutive_failures == 0
    return counted.calls == 0


def kept_for(settings: BreakerSettings) -> timedelta:
    """Return how long after the last call the window is forgotten."""
    if settings.window is Window.TIME:
        return min(settings.window_for, settings.forget_after)
    return settings.forget_after


def exceeds_rates(counted: Tally, settings: BreakerSettings) -> bool:
    """Whether the failure rate or the slow rate has reached its limit."""
    if counted.failure_rate is None or counted.slow_rate is None:
        return False
    return counted.failure_rate >= settings.failure_rate or counted.slow_rate >= settings.slow_rate
