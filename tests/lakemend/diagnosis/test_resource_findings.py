from datetime import UTC, datetime
from typing import Any

import pytest

from lakemend.diagnosis import Cause, Diagnosis
from lakemend.diagnosis.diagnose import diagnose, diagnose_text
from lakemend.evidence import Evidence

DISK_FULL = "java.io.IOException: No space left on device"


def diagnosed(compute: dict[str, Any], **facts: Any) -> Diagnosis:
    task = {"task_key": "t", "run_id": "2", "result_state": "FAILED", "compute": compute}
    run = {"run_id": "1", "result_state": "FAILED"}
    given = {"workspace": "w", "read_at": datetime(2026, 3, 1, tzinfo=UTC), "run": run}
    return diagnose(Evidence.model_validate({**given, "tasks": [task], **facts}))


def nested(parent: str) -> dict[str, Any]:
    inner = {"task_key": "i", "run_id": "4", "result_state": "FAILED", "error": DISK_FULL}
    later = {**inner, "task_key": "j", "error": "KeyError: 'a'", "depends_on": ["i"]}
    return {"parent_task_key": parent, "run": {"run_id": "3"}, "tasks": [inner, later]}


def test_a_started_run_speaks_for_the_task_that_started_it() -> None:
    diagnosis = diagnosed({}, nested=[nested("t")])

    assert (diagnosis.cause, diagnosis.task_key) == (Cause.DISK_FULL, "t")
    assert diagnosis.reasons[0].where == "task_error of run 3"
    assert diagnosis.ruled_out == ()


def test_the_code_of_a_started_run_may_be_of_a_consequence() -> None:
    inner = {"task_key": "i", "run_id": "4", "result_state": "FAILED", "error": "KeyError: 'a'"}
    later = {**inner, "task_key": "j", "error": "", "depends_on": ["i"]}
    run = {"run_id": "3", "termination_code": "LIBRARY_INSTALLATION_ERROR"}
    started = {"parent_task_key": "t", "run": run, "tasks": [inner, later]}

    assert diagnosed({}, nested=[started]).cause is Cause.USER_CODE


def test_a_run_that_another_task_started_is_not_heard() -> None:
    assert diagnosed({}, nested=[nested("other")]).cause is Cause.UNKNOWN


@pytest.mark.parametrize(("pipeline_id", "cause"), [("p", "disk_full"), ("q", "unknown")])
def test_errors_of_the_tasks_own_pipeline_are_heard(pipeline_id: str, cause: str) -> None:
    pipeline = {"pipeline_id": pipeline_id, "errors": [{"error": DISK_FULL, "message": "Failed."}]}
    compute = {"kind": "pipeline", "resource_id": "p"}

    diagnosis = diagnosed(compute, pipelines=[pipeline])

    assert diagnosis.cause == cause
    assert {reason.where for reason in diagnosis.reasons} <= {"pipeline_event"}


def test_a_warehouses_code_is_heard_a_little_less() -> None:
    failure = "AZURE_QUOTA_EXCEEDED_EXCEPTION: no cores left"
    warehouse = {"warehouse_id": "w", "health": "FAILED", "failure": failure}
    compute = {"kind": "warehouse", "resource_id": "w"}

    diagnosis = diagnosed(compute, warehouses=[warehouse])

    assert diagnosis.cause is Cause.CLOUD_QUOTA
    assert diagnosis.confidence < 0.9


def test_a_healthy_warehouse_says_nothing() -> None:
    warehouse = {"warehouse_id": "w", "health": "HEALTHY"}
    compute = {"kind": "warehouse", "resource_id": "w"}

    assert diagnosed(compute, warehouses=[warehouse]).cause is Cause.UNKNOWN


def test_only_evidence_tells_that_a_warehouse_is_to_be_restarted() -> None:
    text = "SQL warehouse 8a1c55e0 failed to start"
    task = {"task_key": "t", "run_id": "2", "result_state": "FAILED", "error": text}

    assert diagnose_text(text).cause is Cause.CLUSTER_START_FAILURE
    assert diagnosed({}, tasks=[task]).cause is Cause.WAREHOUSE_UNAVAILABLE
