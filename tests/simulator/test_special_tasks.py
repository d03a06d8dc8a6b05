# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest
from databricks.sdk.service.jobs import RunType, SubmitTask

from simulator.client import Control

SCENARIO = """
jobs:
  branching:
    settings:
      tasks:
        - {task_key: check, condition_task: {op: EQUAL_TO, left: a, right: b}}
        - {task_key: left, depends_on: [{task_key: check, outcome: "true"}]}
        - {task_key: right, depends_on: [{task_key: check, outcome: "false"}]}
    tasks: {check: {condition: false}}
  child:
    settings: {tasks: [{task_key: work}]}
    tasks: {work: {fails: {kind: network, times: 1, count: job}}}
  parent: {settings: {tasks: [{task_key: call, run_job_task: {job_id: child}}]}}
  loop:
    settings:
      tasks:
        - task_key: each
          for_each_task: {inputs: '["a", "b", "c"]', task: {task_key: one, notebook_task: {}}}
    tasks: {each: {iterations: {b: {kind: disk_full, times: 1}}}}
  calling:
    settings: {tasks: [{task_key: call, notebook_task: {}}]}
    tasks: {call: {calls: [/inner], fails: {kind: disk_full}}}
  fine:
    settings: {tasks: [{task_key: call, notebook_task: {}}]}
    tasks: {call: {calls: [/inner]}}
"""


def read(client: WorkspaceClient, run_id: int) -> dict[str, Any]:
    return client.jobs.get_run(run_id).as_dict()


def test_branch_that_was_not_taken_is_left_out(client: WorkspaceClient, control: Control) -> None:
    run_id = control.run_job("branching")
    control.advance(60)

    tasks = {task["task_key"]: task["state"] for task in read(client, run_id)["tasks"]}

    assert tasks["left"]["result_state"] == "EXCLUDED"
    assert tasks["right"]["result_state"] == "SUCCESS"
    assert control.run(run_id)["result"] == "SUCCESS"


def test_run_job_task_fails_with_its_run_and_points_to_it(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("parent")
    control.advance(60)

    task_run = read(client, run_id)["tasks"][0]["run_id"]
    output = client.jobs.get_run_output(task_run)
    child = read(client, (output.run_job_output and output.run_job_output.run_id) or 0)

    assert control.run(run_id)["result"] == "FAILED"
    assert child["trigger"] == "RUN_JOB_TASK"
    assert child["state"]["result_state"] == "FAILED"

    client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    control.advance(60)
    assert control.run(run_id)["result"] == "SUCCESS"


def test_loop_tells_which_iteration_failed(client: WorkspaceClient, control: Control) -> None:
    run_id = control.run_job("loop")
    control.advance(60)

    loop = read(client, run_id)["tasks"][0]
    iterations = client.jobs.get_run(loop["run_id"]).iterations or []
    failed = [item for item in iterations if item.as_dict()["state"]["result_state"] == "FAILED"]

    assert loop["for_each_task"]["stats"]["task_run_stats"]["failed_iterations"] == 1
    assert len(iterations) == 3
    assert "No space left" in (client.jobs.get_run_output(failed[0].run_id or 0).error or "")
    assert "1 of 3 iterations failed" in loop["state"]["state_message"]

    client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    control.advance(60)
    assert control.run(run_id)["result"] == "SUCCESS"


def test_one_time_run_has_no_repair(client: WorkspaceClient, control: Control) -> None:
    submitted = client.jobs.submit(run_name="once", tasks=[SubmitTask(task_key="main")])
    control.advance(60)
    run_id = submitted.response.run_id or 0

    assert read(client, run_id)["run_type"] == "SUBMIT_RUN"
    with pytest.raises(BadRequest, match="not a run of a job"):
        client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)


def test_called_notebook_is_a_run_that_its_caller_only_links_to(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("calling")
    control.advance(60)

    caller = read(client, run_id)["tasks"][0]
    error = client.jobs.get_run_output(caller["run_id"]).error or ""
    called = int(error.rpartition("/")[2])
    output = client.jobs.get_run_output(called)

    assert "No space left" not in error
    assert "No space left" in (output.error or "")
    assert read(client, called)["run_type"] == "WORKFLOW_RUN"
    assert read(client, called)["state"]["result_state"] == "FAILED"


def test_called_notebook_of_a_caller_that_succeeds_succeeds(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("fine")
    control.advance(60)

    called = next(run for run in client.jobs.list_runs(run_type=RunType.WORKFLOW_RUN))

    assert control.run(run_id)["result"] == "SUCCESS"
    assert called.as_dict()["state"]["result_state"] == "SUCCESS"
