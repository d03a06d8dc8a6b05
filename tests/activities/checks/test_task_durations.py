"""A run in many times its usual time is not well, and one without a history is not judged."""

from typing import Any

import pytest

SCENARIO = """
name: durations
jobs:
  steady:
    settings:
      max_concurrent_runs: 100
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 5m}}
  slower:
    settings:
      max_concurrent_runs: 100
      tasks:
        - task_key: load
          new_cluster: {node_type_id: m5.xlarge, num_workers: 8, spark_version: 15.4.x-scala2.12}
          notebook_task: {notebook_path: /load}
    tasks: {load: {worker_minutes: 80}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def succeed(lab: Any, job: str, times: int) -> str:
    runs = [lab.control.run_job(job) for _ in range(times)]
    assert [lab.control.wait_for_run(run)["result"] for run in runs] == ["SUCCESS"] * times
    return str(runs[-1])


def test_usual_duration_passes(lab: Any, check: Any) -> None:
    run_id = succeed(lab, "steady", 4)

    assert check("task_durations", run_id=run_id, failed_tasks=["load"]).passed


def test_job_without_history_is_not_judged(lab: Any, check: Any) -> None:
    run_id = succeed(lab, "slower", 1)

    assert check("task_durations", run_id=run_id, failed_tasks=["load"]).passed


def test_task_that_took_many_times_as_long_does_not_pass(lab: Any, check: Any) -> None:
    succeed(lab, "slower", 4)
    (task,) = lab.settings("slower")["tasks"]
    fewer = {**task, "new_cluster": {**task["new_cluster"], "num_workers": 1}}
    lab.control.edit_as_person("slower", {"tasks": [fewer]})

    run_id = succeed(lab, "slower", 1)
    result = check("task_durations", run_id=run_id, failed_tasks=["load"])

    assert not result.passed
    assert "load took" in result.message
