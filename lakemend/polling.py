"""How long to wait between two looks at a run."""

from datetime import timedelta

_FIRST = 8  # the first look comes after an eighth of the interval: many repairs end at once
_LONGEST = 4  # a run of hours is looked at four times less often


def poll_delay(looks: int, interval: timedelta) -> timedelta:
    """Return the pause after look number `looks`: doubling from interval/8 to 4 intervals."""
    doubled = 2 ** min(looks - 1, 10)
    return interval * min(doubled / _FIRST, _LONGEST)
