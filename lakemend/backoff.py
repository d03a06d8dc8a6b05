"""The pauses between the attempts of a step."""

from datetime import timedelta
from enum import StrEnum


class Backoff(StrEnum):
    """How the pause grows from attempt to attempt."""

    FIXED = "fixed"
    LINEAR = "linear"
    EXPONENTIAL = "exponential"


def pauses(
    backoff: Backoff, *, attempts: int, base: timedelta, longest: timedelta
) -> tuple[timedelta, ...]:
    """Return the pause before the second and every further attempt, none above `longest`."""
    return tuple(min(base * _factor(backoff, number), longest) for number in range(1, attempts))


def _factor(backoff: Backoff, number: int) -> int:
    if backoff is Backoff.LINEAR:
        return number
    return 1 if backoff is Backoff.FIXED else 2 ** (number - 1)
