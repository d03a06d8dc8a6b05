from datetime import UTC, datetime

import pytest

from lakemend.evidence import Evidence, JobFacts, RunFacts
from lakemend.incident import Outcome
from lakemend.policy import ending_without_recovery

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def evidence(job: JobFacts | None = None, **run: str) -> Evidence:
    facts = RunFacts.model_validate({"run_id": "1", **run})
    return Evidence(workspace="default", read_at=NOON, run=facts, job=job)


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ({"result_state": "SUCCESS", "life_cycle_state": "TERMINATED"}, Outcome.SUPERSEDED),
        ({"result_state": "SUCCESS_WITH_FAILURES"}, Outcome.SUPERSEDED),
        ({"result_state": "CANCELED"}, Outcome.SUPERSEDED),
        ({"life_cycle_state": "RUNNING", "latest_repair_id": "8"}, Outcome.SUPERSEDED),
        ({"life_cycle_state": "RUNNING"}, Outcome.OBSERVED),
        ({}, Outcome.ESCALATED),
        ({"result_state": "SOMETHING_NEW"}, Outcome.ESCALATED),
    ],
    ids=["succeeded", "with failures", "cancelled", "being repaired", "active", "empty", "new"],
)
def test_nothing_is_recovered_that_has_not_failed(run: dict[str, str], outcome: Outcome) -> None:
    ending = ending_without_recovery(evidence(None, **run))

    assert ending is not None
    assert ending.outcome is outcome


def test_an_ordinary_failed_run_is_ours_though_it_says_internal_error() -> None:
    failed = evidence(life_cycle_state="INTERNAL_ERROR", result_state="FAILED")

    assert ending_without_recovery(failed) is None


def test_a_continuous_job_is_left_to_the_platform() -> None:
    failed = evidence(job=JobFacts(job_id="2", continuous=True), result_state="FAILED")

    ending = ending_without_recovery(failed)

    assert ending is not None
    assert ending.outcome is Outcome.OBSERVED
