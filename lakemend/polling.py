"""How long to wait between two looks at a run, or at what an action waits for."""

from datetime import timedelta

USUAL_INTERVAL = timedelta(seconds=30)

_SHORTEST = timedelta(milliseconds=100)
_FIRST = 8  # the first look comes after an eighth of the interval: many repairs end at once
_LONGEST = 4  # a run of hours is looked at four times less often


def poll_delay(looks: int, interval: timedelta) -> timedelta:
    """Return the pause after look number `looks`: doubling from interval/8 to 4 intervals."""
    doubled = 2 ** min(looks - 1, 10)
    return interval * min(doubled / _FIRST, _LONGEST)


def sooner(pause: timedelta, interval: timedelta) -> timedelta:
    """Shorten an action's pause as the interval is shortened; a longer one does not lengthen it.

    The pause fits the time that a step or a check has, which the interval knows nothing of.
    """
    shortened = pause * min(interval / USUAL_INTERVAL, 1)
    return max(shortened, min(pause, _SHORTEST))
