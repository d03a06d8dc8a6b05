from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lakemend.evidence import Evidence
from lakemend.streak import Streak, streak_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hours(before: float) -> datetime:
    return NOON - timedelta(hours=before)


def failed_after(*earlier: tuple[str, float], ended_at: Any = NOON) -> Evidence:
    """A run that failed at noon, with runs that ended so many hours before it, in any order."""
    runs = [
        {"run_id": str(number), "result_state": result, "ended_at": hours(before)}
        for number, (result, before) in enumerate(earlier, start=10)
    ]
    return Evidence.model_validate(
        {
            "workspace": "default",
            "read_at": NOON,
            "run": {"run_id": "1", "result_state": "FAILED", "ended_at": ended_at},
            "recent_runs": runs,
        }
    )


@pytest.mark.parametrize(
    ("earlier", "streak"),
    [
        ([], Streak(runs=1, since=NOON)),
        ([("SUCCESS", 1)], Streak(runs=1, since=NOON, last_success=hours(1))),
        (
            [("SUCCESS", 3), ("FAILED", 1), ("TIMEDOUT", 2), ("FAILED", 4)],
            Streak(runs=3, since=hours(2), last_success=hours(3)),
        ),
        ([("FAILED", 1), ("FAILED", 2)], Streak(runs=3, since=hours(2))),
        ([("CANCELED", 1), ("SUCCESS", 2)], Streak(runs=1, since=NOON, last_success=hours(2))),
        ([("SUCCESS", -1), ("FAILED", 1)], Streak(runs=2, since=hours(1))),
    ],
    ids=["alone", "first failure", "third", "never succeeded", "canceled is neither", "later"],
)
def test_failures_in_a_row_are_counted(earlier: list[tuple[str, float]], streak: Streak) -> None:
    assert streak_of(failed_after(*earlier)) == streak


def test_instants_without_a_zone_can_be_compared() -> None:
    read = failed_after(("FAILED", 1), ended_at=NOON.replace(tzinfo=None))

    assert streak_of(read).runs == 2


def test_run_without_an_end_has_no_streak() -> None:
    assert streak_of(failed_after(("FAILED", 1), ended_at=None)) == Streak()
