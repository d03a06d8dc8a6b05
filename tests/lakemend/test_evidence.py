from datetime import UTC, datetime, timedelta

import pytest

from lakemend.evidence import Evidence, RunFacts, TaskFacts

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("repair", "began_at"),
    [("", NOON), ("repair-1", NOON + 2 * HOUR)],
    ids=["the run itself", "its repair"],
)
def test_what_failed_began_with_its_newest_attempt(repair: str, began_at: datetime) -> None:
    tasks = tuple(
        TaskFacts(task_key=key, run_id=key, result_state=result, started_at=NOON + after * HOUR)
        for key, result, after in (("a", "SUCCESS", 0), ("b", "FAILED", 2), ("c", "FAILED", 3))
    )
    run = RunFacts(run_id="1", started_at=NOON, latest_repair_id=repair)

    evidence = Evidence(workspace="default", read_at=NOON + 4 * HOUR, run=run, tasks=tasks)

    assert evidence.began_at == began_at


def test_a_repair_whose_tasks_never_began_tells_when_the_run_did() -> None:
    run = RunFacts(run_id="1", started_at=NOON, latest_repair_id="repair-1")

    assert Evidence(workspace="default", read_at=NOON, run=run).began_at == NOON
