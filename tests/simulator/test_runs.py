# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue

from simulator.client import Control

SCENARIO = """
delays: {cluster_start: 100s}
jobs:
  broken:
    settings:
      job_clusters:
        - {job_cluster_key: main, new_cluster: {node_type_id: m5.xlarge, num_workers: 1}}
      tasks:
        - {task_key: main, job_cluster_key: main, notebook_task: {notebook_path: /main}}
    tasks: {main: {fails: {kind: user_code}}}
  chain:
    settings:
      tasks:
        - {task_key: first}
        - {task_key: second, depends_on: [{task_key: first}]}
        - {task_key: always, depends_on: [{task_key: first}], run_if: ALL_DONE}
    tasks: {first: {fails: {kind: network}, duration: 10s}}
  tolerant:
    settings:
      tasks:
        - {task_key: shaky}
        - {task_key: leaf, depends_on: [{task_key: shaky}], run_if: ALL_DONE}
    tasks: {shaky: {fails: {kind: network}}}
  retrying:
    settings:
      tasks: [{task_key: main, max_retries: 2, min_retry_interval_millis: 60000}]
    tasks: {main: {fails: {kind: network, times: 2}}}
  single: {settings: {tasks: [{task_key: main}]}}
  queueing: {settings: {tasks: [{task_key: main}], queue: {enabled: true}}}
  parametrised:
    settings: {tasks: [{task_key: main}], parameters: [{name: day, default: today}]}
  slow:
    settings: {tasks: [{task_key: main, timeout_seconds: 60}]}
    tasks: {main: {duration: 2h}}
  overlong:
    settings: {timeout_seconds: 60, tasks: [{task_key: main}]}
    tasks: {main: {duration: 2h}}
  relaxed:
    settings: {timeout_seconds: 60, tasks: [{task_key: main}]}
    tasks: {main: {duration: 2h}}
  cancelled:
    settings: {tasks: [{task_key: main}]}
    tasks: {main: {duration: 2h}}
  status-only: {settings: {tasks: [{task_key: main}]}, shape: status}
  new-code:
    settings: {tasks: [{task_key: main}]}
    tasks: {main: {fails: {kind: unknown, code: CODE_OF_TOMORROW, type: TYPE_OF_TOMORROW}}}
  impossible:
    settings: {tasks: [{task_key: main, new_cluster: {node_type_id: m9.huge, num_workers: 1}}]}
  homeless:
    settings: {tasks: [{task_key: main, existing_cluster_id: gone}]}
  wide:
    settings:
      tasks: [TASKS]
""".replace("TASKS", ", ".join(f"{{task_key: t{number}}}" for number in range(130)))


def start(client: WorkspaceClient, control: Control, job: str, **more: Any) -> int:
    run = client.jobs.run_now(control.job_id(job), **more)
    return run.response.run_id or 0


def raw_run(client: WorkspaceClient, run_id: int) -> dict[str, Any]:
    answer: Any = client.api_client.do("GET", "/api/2.2/jobs/runs/get", query={"run_id": run_id})
    return answer


def test_failed_run_says_internal_error_in_state_and_run_execution_error_in_status(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "broken")
    control.advance(600)

    run = raw_run(client, run_id)

    assert run["state"]["life_cycle_state"] == "INTERNAL_ERROR"
    assert run["state"]["result_state"] == "FAILED"
    assert run["state"]["state_message"] == (
        "Task main failed with message: Workload failed, see run output for details."
    )
    assert run["status"]["state"] == "TERMINATED"
    assert run["status"]["termination_details"]["code"] == "RUN_EXECUTION_ERROR"
    assert run["status"]["termination_details"]["type"] == "CLIENT_ERROR"
    assert run["tasks"][0]["state"]["life_cycle_state"] == "TERMINATED"
    assert run["tasks"][0]["state"]["result_state"] == "FAILED"


def test_run_waits_for_its_cluster_and_takes_it_down_afterwards(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "broken")

    waiting = raw_run(client, run_id)
    cluster_id = waiting["tasks"][0]["cluster_instance"]["cluster_id"]
    assert waiting["tasks"][0]["state"]["life_cycle_state"] == "PENDING"
    assert client.clusters.get(cluster_id).as_dict()["state"] == "PENDING"

    control.advance(101)
    assert raw_run(client, run_id)["tasks"][0]["state"]["life_cycle_state"] == "RUNNING"

    control.advance(600)
    cluster = client.clusters.get(cluster_id).as_dict()
    assert cluster["state"] == "TERMINATED"
    assert cluster["cluster_source"] == "JOB"
    assert cluster["termination_reason"]["code"] == "JOB_FINISHED"


def test_output_of_a_task_gives_error_and_trace(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "broken")
    control.advance(600)

    output = client.jobs.get_run_output(raw_run(client, run_id)["tasks"][0]["run_id"])

    assert output.error == "KeyError: 'customer_id'"
    assert "Traceback" in (output.error_trace or "")


def test_output_of_a_job_run_is_given_only_when_it_has_one_task(
    client: WorkspaceClient, control: Control
) -> None:
    single, chain = start(client, control, "broken"), start(client, control, "chain")
    control.advance(600)

    assert client.jobs.get_run_output(single).error == "KeyError: 'customer_id'"
    with pytest.raises(InvalidParameterValue, match="multiple tasks is not supported"):
        client.jobs.get_run_output(chain)


def test_task_run_can_be_read_by_its_own_id(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "chain")
    control.advance(600)
    task_run_id = raw_run(client, run_id)["tasks"][0]["run_id"]

    task_run = client.jobs.get_run(task_run_id)

    assert task_run.run_id == task_run_id
    assert task_run.job_run_id == run_id


def test_run_if_decides_what_follows_a_failure(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "chain")
    control.advance(600)

    run = raw_run(client, run_id)
    results = {task["task_key"]: task["state"]["result_state"] for task in run["tasks"]}

    assert results == {"first": "FAILED", "second": "UPSTREAM_FAILED", "always": "SUCCESS"}
    assert run["state"]["result_state"] == "FAILED"


def test_run_whose_leaves_succeed_is_a_success_with_failures(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "tolerant")
    control.advance(600)

    run = raw_run(client, run_id)

    assert run["state"]["result_state"] == "SUCCESS_WITH_FAILURES"
    assert run["status"]["termination_details"]["code"] == "SUCCESS_WITH_FAILURES"


def test_platform_retry_is_an_attempt_of_its_own_and_keeps_the_run_active(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "retrying")
    control.advance(25)

    waiting = raw_run(client, run_id)
    assert waiting["status"]["state"] == "RUNNING"
    assert [task["attempt_number"] for task in waiting["tasks"]] == [0, 1]
    assert waiting["tasks"][0]["state"]["result_state"] == "FAILED"
    assert waiting["tasks"][1]["state"]["life_cycle_state"] == "WAITING_FOR_RETRY"
    assert waiting["tasks"][1]["status"]["state"] == "WAITING"

    control.advance(600)
    ended = raw_run(client, run_id)
    assert ended["state"]["result_state"] == "SUCCESS"
    assert {task["task_key"] for task in ended["tasks"]} == {"main"}
    assert [task["attempt_number"] for task in ended["tasks"]] == [0, 1, 2]


def test_same_token_gives_the_same_run(client: WorkspaceClient, control: Control) -> None:
    first = start(client, control, "single", idempotency_token="once")
    second = start(client, control, "single", idempotency_token="once")
    control.advance(600)

    assert first == second
    assert control.invariants()["runs_per_token"]["once"] == 1


def test_token_of_a_deleted_run_is_refused(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "single", idempotency_token="deleted")
    control.advance(600)
    client.jobs.delete_run(run_id)

    with pytest.raises(InvalidParameterValue, match="was deleted"):
        start(client, control, "single", idempotency_token="deleted")


def test_run_beyond_the_limit_is_skipped(client: WorkspaceClient, control: Control) -> None:
    first, second = start(client, control, "single"), start(client, control, "single")
    skipped = raw_run(client, second)
    control.advance(600)

    assert skipped["state"]["life_cycle_state"] == "SKIPPED"
    assert skipped["status"]["termination_details"]["code"] == "MAX_CONCURRENT_RUNS_EXCEEDED"
    assert raw_run(client, first)["state"]["result_state"] == "SUCCESS"


def test_run_beyond_the_limit_waits_when_the_job_queues(
    client: WorkspaceClient, control: Control
) -> None:
    first, second = start(client, control, "queueing"), start(client, control, "queueing")
    waiting = raw_run(client, second)
    assert waiting["state"]["life_cycle_state"] == "QUEUED"
    assert waiting["status"]["queue_details"]["code"] == "MAX_CONCURRENT_RUNS_REACHED"

    control.advance(600)

    assert raw_run(client, first)["end_time"] <= raw_run(client, second)["tasks"][0]["start_time"]
    assert raw_run(client, second)["state"]["result_state"] == "SUCCESS"


def test_parameters_of_the_call_win_over_the_defaults(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "parametrised", job_parameters={"day": "2024-05-01"})
    control.advance(600)

    parameters = raw_run(client, run_id)["job_parameters"]

    assert parameters == [{"name": "day", "default": "today", "value": "2024-05-01"}]


@pytest.mark.parametrize("job", ["slow", "overlong"])
def test_run_that_takes_too_long_is_timed_out(
    client: WorkspaceClient, control: Control, job: str
) -> None:
    run_id = start(client, control, job)
    control.advance(100)

    run = raw_run(client, run_id)

    assert run["state"]["result_state"] == "TIMEDOUT"
    assert run["status"]["termination_details"]["code"] == "CANCELED"


def test_changed_time_limit_counts_for_the_run_under_way(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = start(client, control, "relaxed")
    control.advance(30)
    control.edit_as_person("relaxed", {"timeout_seconds": 90})

    control.advance(40)
    assert raw_run(client, run_id)["state"]["life_cycle_state"] == "RUNNING"
    control.advance(30)
    assert raw_run(client, run_id)["state"]["result_state"] == "TIMEDOUT"


def test_cancelling_takes_a_moment(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "cancelled")
    client.jobs.cancel_run(run_id)
    assert raw_run(client, run_id)["state"]["life_cycle_state"] == "TERMINATING"

    control.advance(10)

    run = raw_run(client, run_id)
    assert run["state"]["result_state"] == "CANCELED"
    assert run["status"]["termination_details"]["code"] == "USER_CANCELED"


def test_run_can_come_without_the_deprecated_state(
    client: WorkspaceClient, control: Control
) -> None:
    run = raw_run(client, start(client, control, "status-only"))
    control.advance(600)

    assert "status" in run
    assert "state" not in run


def test_codes_that_no_sdk_knows_can_be_produced(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "new-code")
    control.advance(600)

    details = raw_run(client, run_id)["status"]["termination_details"]

    assert (details["code"], details["type"]) == ("CODE_OF_TOMORROW", "TYPE_OF_TOMORROW")


@pytest.mark.parametrize(
    ("job", "code"),
    [("impossible", "INVALID_CLUSTER_REQUEST"), ("homeless", "RESOURCE_NOT_FOUND")],
)
def test_compute_that_cannot_be_had_fails_the_run_not_the_call(
    client: WorkspaceClient, control: Control, job: str, code: str
) -> None:
    run = raw_run(client, start(client, control, job))

    assert run["status"]["termination_details"]["code"] == code


def test_tasks_of_a_run_come_in_pages(client: WorkspaceClient, control: Control) -> None:
    run_id = start(client, control, "wide")
    control.advance(600)

    assert len(raw_run(client, run_id)["tasks"]) == 100
    assert len(client.jobs.get_run(run_id).tasks or []) == 130


def test_runs_are_listed_newest_first_in_pages_of_25_at_most(
    client: WorkspaceClient, control: Control
) -> None:
    made: list[int] = []
    for _ in range(30):
        made.append(start(client, control, "parametrised"))
        control.advance(60)
    query = {"job_id": control.job_id("parametrised"), "limit": 0}

    page: Any = client.api_client.do("GET", "/api/2.2/jobs/runs/list", query=query)
    listed = [run.run_id for run in client.jobs.list_runs(job_id=query["job_id"])]

    assert len(page["runs"]) == 25
    assert listed[:30] == made[::-1]
    assert "repair_history" not in page["runs"][0]
    assert list(client.jobs.list_runs(job_id=query["job_id"], active_only=True)) == []
