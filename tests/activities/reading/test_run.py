from typing import Any

import pytest

from activities.reading.run import compute, newest_tasks, repair_ids, run_facts, task_facts
from lakemend.evidence import Compute, ComputeKind, RunPhase, run_phase


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            {"existing_cluster_id": "c", "cluster_instance": {"cluster_id": "c"}},
            Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id="c"),
        ),
        (
            {"job_cluster_key": "main", "cluster_instance": {"cluster_id": "j"}},
            Compute(kind=ComputeKind.JOB_CLUSTER, cluster_id="j", job_cluster_key="main"),
        ),
        (
            {"new_cluster": {"num_workers": 1}, "cluster_instance": {"cluster_id": "j"}},
            Compute(kind=ComputeKind.JOB_CLUSTER, cluster_id="j"),
        ),
        (
            {"sql_task": {"warehouse_id": "w"}},
            Compute(kind=ComputeKind.WAREHOUSE, resource_id="w"),
        ),
        (
            {"dbt_task": {"warehouse_id": "w"}},
            Compute(kind=ComputeKind.WAREHOUSE, resource_id="w"),
        ),
        (
            {"pipeline_task": {"pipeline_id": "p"}},
            Compute(kind=ComputeKind.PIPELINE, resource_id="p"),
        ),
        ({"environment_key": "e"}, Compute(kind=ComputeKind.SERVERLESS)),
        ({"notebook_task": {}}, Compute(kind=ComputeKind.SERVERLESS)),
        (
            {"for_each_task": {"inputs": "[1]", "task": {"job_cluster_key": "main"}}},
            Compute(kind=ComputeKind.JOB_CLUSTER, job_cluster_key="main"),
        ),
        (
            {"for_each_task": {"task": {"existing_cluster_id": "c"}}},
            Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id="c"),
        ),
        ({"for_each_task": {"inputs": "[1]"}}, Compute()),
        ({"run_job_task": {"job_id": 1}}, Compute()),
        ({"condition_task": {"op": "EQUAL_TO"}}, Compute()),
    ],
)
def test_compute_tells_which_action_can_help(task: dict[str, Any], expected: Compute) -> None:
    assert compute(task) == expected


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        ({"result_state": "TIMEDOUT"}, {}, "TIMEDOUT"),
        ({"life_cycle_state": "INTERNAL_ERROR"}, {}, "FAILED"),
        ({}, {"state": "TERMINATED", "termination_details": {"code": "SUCCESS"}}, "SUCCESS"),
        ({}, {"state": "TERMINATED", "termination_details": {"code": "DRIVER_ERROR"}}, "FAILED"),
        ({}, {"state": "TERMINATED", "termination_details": {"code": "NEW_CODE"}}, "FAILED"),
        ({}, {"state": "TERMINATED", "termination_details": {"code": "USER_CANCELED"}}, "CANCELED"),
        ({}, {"state": "TERMINATED", "termination_details": {"code": "SKIPPED"}}, ""),
        ({}, {"state": "RUNNING"}, ""),
        ({}, {}, ""),
    ],
)
def test_result_of_a_task_is_read_from_whichever_field_there_is(
    state: dict[str, Any], status: dict[str, Any], expected: str
) -> None:
    task = task_facts({"task_key": "a", "run_id": 1, "state": state, "status": status})

    assert task.result_state == expected


def test_newest_attempt_of_each_task_counts() -> None:
    tasks = [
        {"task_key": "a", "run_id": 1, "attempt_number": 1},
        {"task_key": "b", "run_id": 2},
        {"task_key": "a", "run_id": 3, "attempt_number": 0},
    ]

    assert [task["run_id"] for task in newest_tasks({"tasks": tasks})] == [1, 2]


def test_only_repairs_of_the_history_count() -> None:
    history = [
        {"type": "REPAIR", "id": 12, "start_time": 3},
        {"type": "ORIGINAL", "id": 10, "start_time": 1},
        {"type": "REPAIR", "id": 11, "start_time": 2},
    ]

    run = run_facts({"run_id": 9007199254740993, "repair_history": history})

    assert repair_ids({"repair_history": history}) == ["11", "12"]
    assert (run.latest_repair_id, run.repair_count) == ("12", 2)
    assert run.run_id == "9007199254740993"


def test_run_that_says_nothing_is_unknown() -> None:
    run = run_facts({"run_id": 1, "state": None, "status": None, "end_time": 0})

    assert run_phase(run) is RunPhase.UNKNOWN
    assert run.ended_at is None


def test_word_that_the_sdk_does_not_know_yet_is_kept() -> None:
    details = {"code": "BRAND_NEW", "type": "NEW_TYPE", "message": "m"}

    run = run_facts(
        {"run_id": 1, "status": {"state": "TERMINATED", "termination_details": details}}
    )

    assert (run.termination_code, run.termination_type) == ("BRAND_NEW", "NEW_TYPE")
