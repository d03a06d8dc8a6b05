"""Whether repaired tasks took about as long as they usually do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median

LEAST_HISTORY = 3
"""Fewer successful runs say nothing about what is usual."""

SHORTEST = timedelta(seconds=5)
"""What is over so soon is not slow, however many times its usual time it took."""


def slow_tasks(
    now: Mapping[str, timedelta], history: Mapping[str, Sequence[timedelta]], factor: float
) -> tuple[str, ...]:
    """Say which tasks took more than `factor` times the median of their history.

    A task without enough history is not judged.
    """
    said: list[str] = []
    for task, took in now.items():
        known = history.get(task, ())
        if len(known) < LEAST_HISTORY or took < SHORTEST:
            continue
        usual = timedelta(seconds=median(each.total_seconds() for each in known))
        if took > usual * factor:
            said.append(f"{task} took {_minutes(took)}, usually {_minutes(usual)}")
    return tuple(said)


def _minutes(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.1f} min"
