from datetime import UTC, datetime, timedelta

import pytest

from lakemend.memory import Lesson, recall

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def lessons(*told: str) -> list[Lesson]:
    """Lessons from the oldest to the newest, like `+rung 1` or `-steps`; newest first."""
    oldest_first = [
        Lesson(
            workflow_run_id=f"run-{number}",
            incident_id=f"incident:default:run-{number}",
            workspace="default",
            job_id="7",
            cause="driver_oom",
            phase=each[1:],
            what=f"what {each[1:]} does",
            helped=each.startswith("+"),
            at=NOON + timedelta(hours=number),
        )
        for number, each in enumerate(told)
    ]
    return oldest_first[::-1]


@pytest.mark.parametrize(
    ("told", "phase", "times"),
    [
        (["+steps"], "steps", 1),
        (["-steps", "+fallback"], "fallback", 1),
        (["+rung 1", "+rung 1", "+rung 1"], "rung 1", 3),
        (["+steps", "+fallback", "+fallback"], "fallback", 2),
        (["+rung 1", "-steps", "+rung 1"], "rung 1", 2),
        (["+rung 1", "-rung 1", "+rung 1"], "rung 1", 1),
        (["+rung 1", "+rung 2", "+rung 1"], "rung 1", 1),
        (["+rung 1", "-rung 1", "+rung 2"], "rung 2", 1),
    ],
)
def test_what_helped_last_is_remembered_with_how_often_in_a_row(
    told: list[str], phase: str, times: int
) -> None:
    remembered = recall(lessons(*told))

    assert remembered is not None
    assert (remembered.phase, remembered.times) == (phase, times)
    assert remembered.incident_id == f"incident:default:run-{len(told) - 1}"


@pytest.mark.parametrize(
    "told",
    [[], ["-steps", "-fallback"], ["+rung 1", "-rung 1"], ["+rung 1", "+rung 1", "-rung 1"]],
)
def test_what_failed_since_it_helped_is_forgotten(told: list[str]) -> None:
    assert recall(lessons(*told)) is None
