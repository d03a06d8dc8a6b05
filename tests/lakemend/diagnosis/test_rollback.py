"""Settings are rolled back only where the failure itself says plainly that one is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import Changes, Evidence, JobFacts, RecentRun, RunFacts, TaskFacts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REFUSED = "INVALID_PARAMETER_VALUE: Node type x is not supported"


def diagnosed(*errors: str, worked_with: str = "old", **facts: object) -> Diagnosis:
    """Diagnose a run whose tasks failed of these errors with the settings `new`."""
    good = RecentRun(
        run_id="90",
        result_state="SUCCESS",
        settings_hash=worked_with,
        ended_at=NOW - timedelta(days=1),
    )
    tasks = tuple(
        TaskFacts(task_key=f"task-{number}", run_id="11", result_state="FAILED", error=error)
        for number, error in enumerate(errors)
    )
    given: dict[str, object] = {
        "workspace": "default",
        "read_at": NOW,
        "run": RunFacts(run_id="1", result_state="FAILED", ended_at=NOW),
        "tasks": tasks,
        "job": JobFacts(job_id="7", settings_hash="new"),
        "recent_runs": (good,),
    }
    return diagnose(Evidence.model_validate({**given, **facts}))


def test_a_wrong_setting_that_is_new_can_be_rolled_back():
    diagnosis = diagnosed(REFUSED)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CONFIG_INVALID, Remedy.CHANGE)
    assert diagnosis.reasons[-1].rule == "settings-changed"


def test_a_wrong_setting_that_is_old_is_for_a_person():
    assert diagnosed(REFUSED, worked_with="new").remedy is Remedy.PERSON


def test_a_setting_that_only_the_runs_show_is_named_and_not_rolled_back():
    changed = Changes(since="90", lines=("tasks[load].timeout_seconds: 600 -> 60",))

    diagnosis = diagnosed(REFUSED, worked_with="", changed_settings=changed)

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CONFIG_INVALID, Remedy.PERSON)
    assert diagnosis.reasons[-1].rule == "settings-changed"
    assert "run 90, the last that succeeded" in diagnosis.reasons[-1].explanation


@pytest.mark.parametrize(
    "error",
    [
        "raise RuntimeError: wrong setting value in my config file",
        "The given retention is not allowed here",
        "Exception: Invalid configuration value for spark.sql.shuffle.partitions",
        f"ValueError: the service said '{REFUSED}'",
        "ssl.SSLCertVerificationError: certificate verify failed: self signed certificate",
    ],
    ids=["resemblance", "weak words", "anybody's words", "a quotation", "no setting of the job"],
)
def test_a_hint_rolls_nothing_back(error: str):
    diagnosis = diagnosed(error)

    assert diagnosis.remedy is Remedy.PERSON
    assert "settings-changed" in {reason.rule for reason in diagnosis.reasons}


def test_nothing_is_rolled_back_for_one_task_when_another_needs_a_person():
    diagnosis = diagnosed(REFUSED, "AssertionError: 3 rows lack an id")

    assert (diagnosis.cause, diagnosis.remedy) == (Cause.CONFIG_INVALID, Remedy.PERSON)
    assert diagnosis.reasons[-1].rule == "another-task-needs-a-person"
