# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, InvalidState

from simulator.client import Control

SCENARIO = """
jobs:
  flaky:
    settings:
      tasks: [{task_key: first}, {task_key: second, depends_on: [{task_key: first}]}]
    tasks: {first: {fails: {kind: network, times: 2}}}
  middle:
    settings:
      tasks:
        - {task_key: before}
        - {task_key: broken, depends_on: [{task_key: before}]}
        - {task_key: after, depends_on: [{task_key: before}]}
        - {task_key: last, depends_on: [{task_key: after}]}
    tasks: {broken: {fails: {kind: network, times: 1}}}
  slow: {settings: {tasks: [{task_key: main}]}, tasks: {main: {duration: 1h}}}
  narrow:
    settings:
      job_clusters:
        - {job_cluster_key: main, new_cluster: {node_type_id: m5.xlarge, num_workers: 1}}
      tasks: [{task_key: main, job_cluster_key: main}]
    tasks: {main: {needs: {driver_memory_gb: 32}}}
  parametrised:
    settings: {tasks: [{task_key: main}], parameters: [{name: day, default: today}]}
    tasks: {main: {fails: {kind: network, times: 1}}}
"""


def failed_run(client: WorkspaceClient, control: Control, job: str, **more: Any) -> int:
    run = client.jobs.run_now(control.job_id(job), **more)
    control.advance(900)
    return run.response.run_id or 0


def repair(client: WorkspaceClient, run_id: int, **more: Any) -> int:
    how: dict[str, Any] = {"rerun_all_failed_tasks": True, **more}
    return client.jobs.repair_run(run_id, **how).response.repair_id or 0


def test_repair_keeps_the_run_and_adds_attempts_and_history(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = failed_run(client, control, "flaky")
    first = repair(client, run_id)
    control.advance(900)
    second = repair(client, run_id, latest_repair_id=first)
    control.advance(900)

    run = client.jobs.get_run(run_id, include_history=True).as_dict()

    assert run["state"]["result_state"] == "SUCCESS"
    assert [item["type"] for item in run["repair_history"]] == ["ORIGINAL", "REPAIR", "REPAIR"]
    assert [item.get("id") for item in run["repair_history"]] == [None, first, second]
    attempts = [task["attempt_number"] for task in run["tasks"] if task["task_key"] == "first"]
    assert attempts == [0, 1, 2]


def test_history_is_not_sent_unless_asked_for(client: WorkspaceClient, control: Control) -> None:
    run_id = failed_run(client, control, "flaky")

    assert "repair_history" not in client.jobs.get_run(run_id).as_dict()


def test_active_run_is_not_repaired(client: WorkspaceClient, control: Control) -> None:
    run = client.jobs.run_now(control.job_id("slow"))

    with pytest.raises(InvalidState, match="is active"):
        repair(client, run.response.run_id or 0)


@pytest.mark.parametrize("given", [None, 12], ids=["missing", "wrong"])
def test_second_repair_needs_the_id_of_the_latest(
    client: WorkspaceClient, control: Control, given: int | None
) -> None:
    run_id = failed_run(client, control, "flaky")
    repair(client, run_id)
    control.advance(900)

    with pytest.raises(InvalidParameterValue, match="latest repair"):
        repair(client, run_id, latest_repair_id=given)


def test_repair_of_a_run_in_which_nothing_failed_is_refused(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = failed_run(client, control, "middle")
    repair(client, run_id)
    control.advance(900)
    latest = client.jobs.get_run(run_id, include_history=True).repair_history or []

    with pytest.raises(BadRequest, match="no tasks to repair"):
        repair(client, run_id, latest_repair_id=latest[-1].id)


def test_dependants_that_succeeded_run_again_only_when_asked(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = failed_run(client, control, "middle")

    client.jobs.repair_run(run_id, rerun_tasks=["before"], rerun_dependent_tasks=True)
    control.advance(900)

    counts: dict[str, int] = {}
    for task in client.jobs.get_run(run_id).tasks or []:
        counts[task.task_key] = counts.get(task.task_key, 0) + 1
    assert counts == {"before": 2, "broken": 2, "after": 2, "last": 2}


def test_repair_uses_the_settings_of_its_own_time(
    client: WorkspaceClient, control: Control
) -> None:
    run_id, job_id = failed_run(client, control, "narrow"), control.job_id("narrow")
    larger = {"node_type_id": "r5.xlarge", "num_workers": 1}
    change = {"job_clusters": [{"job_cluster_key": "main", "new_cluster": larger}]}
    body = {"job_id": job_id, "new_settings": change}

    client.api_client.do("POST", "/api/2.2/jobs/update", body=body)
    repair(client, run_id)
    control.advance(900)

    assert control.run(run_id)["result"] == "SUCCESS"


def test_parameters_are_lost_unless_the_repair_sends_them_again(
    client: WorkspaceClient, control: Control
) -> None:
    given = {"day": "2024-05-01"}
    kept = failed_run(client, control, "parametrised", job_parameters=given)
    lost = failed_run(client, control, "parametrised", job_parameters=given)

    repair(client, kept, job_parameters=given)
    repair(client, lost)
    control.advance(900)

    def day(run_id: int) -> Any:
        return (client.jobs.get_run(run_id).as_dict()["job_parameters"])[0]["value"]

    assert (day(kept), day(lost)) == ("2024-05-01", "today")


def test_person_repairs_without_a_call_in_the_log(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = failed_run(client, control, "flaky")
    before = len(control.requests())

    repair_id = control.repair_as_person(run_id)
    control.advance(900)

    history = client.jobs.get_run(run_id, include_history=True).repair_history or []
    assert history[-1].id == repair_id
    assert [call["method"] for call in control.requests(after=before)] == ["GET"]
    assert control.invariants()["repairs_by_people"][str(run_id)] == 1
