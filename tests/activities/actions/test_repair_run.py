"""A repair happens exactly once, whatever happens to the calls."""

import contextlib
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.workspace import Write

SCENARIO = """
name: repairs
jobs:
  flaky:
    settings:
      max_concurrent_runs: 100
      parameters: [{name: day, default: today}, {name: mode, default: full}]
      tasks:
        - {task_key: load, notebook_task: {notebook_path: /load}}
        - {task_key: sum, notebook_task: {notebook_path: /sum}, depends_on: [{task_key: load}]}
    tasks: {load: {duration: 30s, fails: {kind: network, count: run, times: 1}}}
  hopeless:
    settings:
      max_concurrent_runs: 100
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 30s, fails: {kind: network}}}
  child:
    settings:
      max_concurrent_runs: 100
      tasks:
        - {task_key: first, notebook_task: {notebook_path: /first}}
        - task_key: second
          notebook_task: {notebook_path: /second}
          depends_on: [{task_key: first}]
    tasks: {second: {duration: 30s, fails: {kind: network, count: run, times: 1}}}
  parent:
    settings:
      max_concurrent_runs: 100
      tasks: [{task_key: other, run_job_task: {job_id: child}}]
  parent_with_more:
    settings:
      max_concurrent_runs: 100
      tasks:
        - {task_key: other, run_job_task: {job_id: child}}
        - {task_key: after, notebook_task: {notebook_path: /x}, depends_on: [{task_key: other}]}
  looped:
    settings:
      max_concurrent_runs: 100
      tasks:
        - task_key: each
          for_each_task:
            inputs: '["a", "b"]'
            task: {task_key: each_one, notebook_task: {notebook_path: /each}}
    tasks: {each: {duration: 30s, iterations: {b: {kind: network, count: run, times: 1}}}}
  deleted:
    settings:
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 30s, fails: {kind: network}}}
  slow:
    settings:
      max_concurrent_runs: 100
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 2h}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def repairs(lab: Any, run_id: str) -> int:
    return lab.control.run(int(run_id))["repairs"]


def test_failed_tasks_and_those_skipped_after_them_run_again(lab: Any) -> None:
    run_id = lab.fail("flaky")

    result = lab.act(lab.step("repair_run", run_id=run_id, failed_tasks=("load",)))

    assert result.watch_run_id == run_id
    assert result.repair_id
    assert [call.path for call in result.calls] == ["/api/2.2/jobs/runs/repair"]
    assert lab.control.wait_for_run(int(run_id))["result"] == "SUCCESS"


def test_parameters_that_were_overridden_are_passed_again(lab: Any) -> None:
    run_id = lab.fail("flaky", {"day": "monday"})

    lab.act(lab.step("repair_run", run_id=run_id))

    sent = lab.calls("/runs/repair")[-1]
    assert sent["job_parameters"] == {"day": "monday"}
    assert sent["rerun_all_failed_tasks"] is True
    assert "rerun_dependent_tasks" not in sent


def test_dependents_run_again_when_asked_for(lab: Any) -> None:
    run_id = lab.fail("flaky")

    lab.act(lab.step("repair_run", run_id=run_id, parameters={"with_dependents": True}))

    assert lab.calls("/runs/repair")[-1]["rerun_dependent_tasks"] is True


def test_second_repair_names_the_first(lab: Any) -> None:
    run_id = lab.fail("hopeless")
    first = lab.act(lab.step("repair_run", run_id=run_id))
    lab.control.wait_for_run(int(run_id))

    second = lab.act(lab.step("repair_run", run_id=run_id, latest_repair_id=first.repair_id))

    assert second.repair_id != first.repair_id
    assert repairs(lab, run_id) == 2


def test_repair_whose_answer_got_lost_is_adopted_by_the_next_try(lab: Any) -> None:
    run_id = lab.fail("flaky")
    step = lab.step("repair_run", run_id=run_id)
    lab.control.add_fault("drop_after", path="*/runs/repair")

    result = lab.act(step)

    assert result.repair_id
    assert not result.superseded
    assert repairs(lab, run_id) == 1


def test_repair_is_adopted_when_even_looking_for_it_failed(lab: Any) -> None:
    run_id = lab.fail("flaky")
    step = lab.step("repair_run", run_id=run_id)
    lab.control.add_fault("drop_after", path="*/runs/repair")
    lab.control.add_fault("drop_before", path="*/runs/get", nth=2)

    with pytest.raises(ApplicationError) as lost:
        lab.act(step)
    result = lab.act(step, number=2)

    assert lost.value.type == "TransientError"
    assert result.repair_id
    assert [call.path for call in result.calls] == ["/api/2.2/jobs/runs/repair"]
    assert repairs(lab, run_id) == 1


def test_repair_that_never_arrived_is_made_by_the_next_try(lab: Any) -> None:
    run_id = lab.fail("flaky")
    step = lab.step("repair_run", run_id=run_id)
    lab.control.add_fault("drop_before", path="*/runs/repair")

    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.act(step, number=2)

    assert repairs(lab, run_id) == 1


def test_worker_that_died_after_the_repair_leaves_it_to_its_successor(lab: Any) -> None:
    run_id = lab.fail("flaky")
    step = lab.step("repair_run", run_id=run_id)
    first = lab.act(step)

    again = lab.act(step, number=2)

    assert (again.repair_id, again.superseded) == (first.repair_id, False)
    assert repairs(lab, run_id) == 1


def test_repair_that_has_failed_already_is_still_the_one_to_watch(lab: Any) -> None:
    run_id = lab.fail("hopeless")
    step = lab.step("repair_run", run_id=run_id)
    first = lab.act(step)
    lab.control.wait_for_run(int(run_id))

    again = lab.act(step, number=2)

    assert again.repair_id == first.repair_id
    assert repairs(lab, run_id) == 1


def test_read_that_lags_behind_our_repair_leads_to_no_second_one(lab: Any) -> None:
    run_id = lab.fail("flaky")
    step = lab.step("repair_run", run_id=run_id)
    lab.workspace.get_run(run_id)
    lab.control.add_fault("stale", path="*/runs/get", seconds=60, times=0)

    with pytest.raises(ApplicationError) as waiting:
        lab.act(step)
    with pytest.raises(ApplicationError) as refused:
        lab.act(step, number=2)

    assert (waiting.value.type, refused.value.type) == ("StillChanging", "StillChanging")
    assert repairs(lab, run_id) == 1


def test_repair_by_a_person_is_stepped_aside_for(lab: Any) -> None:
    run_id = lab.fail("hopeless")
    lab.control.repair_as_person(int(run_id))

    result = lab.act(lab.step("repair_run", run_id=run_id))

    assert result.superseded
    assert result.calls == ()
    assert repairs(lab, run_id) == 1


def test_run_that_is_active_without_a_repair_is_left_alone(lab: Any) -> None:
    run_id = str(lab.control.run_job("slow"))

    result = lab.act(lab.step("repair_run", run_id=run_id))

    assert result.superseded
    lab.control.cancel_as_person(int(run_id))


def test_dry_run_names_the_call_and_makes_none(lab: Any) -> None:
    run_id = lab.fail("flaky")

    result = lab.act(lab.step("repair_run", run_id=run_id, failed_tasks=("load",), dry_run=True))

    assert [call.summary for call in result.calls] == [f"Repair run {run_id}: load"]
    assert repairs(lab, run_id) == 0


def test_throttled_repair_comes_back_when_the_workspace_asks_for_it(lab: Any) -> None:
    run_id = lab.fail("flaky")
    lab.control.add_fault(
        "status",
        path="*/runs/repair",
        status=429,
        headers={"Retry-After": "3600"},
        body={"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"},
    )

    with pytest.raises(ApplicationError) as throttled:
        lab.act(lab.step("repair_run", run_id=run_id))

    assert throttled.value.type == "ThrottledError"
    assert throttled.value.next_retry_delay is not None
    assert throttled.value.next_retry_delay.total_seconds() == 3600


def test_missing_run_is_not_found(lab: Any) -> None:
    with pytest.raises(ApplicationError) as missing:
        lab.act(lab.step("repair_run", run_id="9007199254740993"))

    assert (missing.value.type, missing.value.non_retryable) == ("NotFoundError", True)


def test_unknown_parameter_is_refused(lab: Any) -> None:
    with pytest.raises(ApplicationError) as refused:
        lab.act(lab.step("repair_run", parameters={"hard": True}))

    assert (refused.value.type, refused.value.non_retryable) == ("InvalidRequestError", True)


def child_of(lab: Any, run_id: str) -> str:
    (task,) = lab.workspace.get_run(run_id)["tasks"]
    return str(lab.workspace.get_run_output(str(task["run_id"]))["run_job_output"]["run_id"])


def test_task_of_another_job_is_repaired_in_its_own_run(lab: Any) -> None:
    parent = lab.fail("parent")
    child = child_of(lab, parent)

    result = lab.act(lab.step("repair_run", run_id=parent, failed_tasks=("other",)))

    assert (result.watch_run_id, result.watch_tasks) == (child, ("second",))
    assert f"which run {parent} started" in result.message
    assert (repairs(lab, parent), repairs(lab, child)) == (0, 1)
    assert lab.control.wait_for_run(int(child))["result"] == "SUCCESS"


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_lost_repair_of_another_jobs_run_is_made_once(lab: Any, fault: str) -> None:
    parent = lab.fail("parent")
    step = lab.step("repair_run", run_id=parent, token=fault)
    lab.control.add_fault(fault, path="*/runs/repair")

    with contextlib.suppress(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert result.repair_id
    assert repairs(lab, child_of(lab, parent)) == 1


def test_parent_is_repaired_where_more_than_the_other_job_waits(lab: Any) -> None:
    parent = lab.fail("parent_with_more")

    result = lab.act(lab.step("repair_run", run_id=parent, failed_tasks=("other",)))

    assert result.watch_run_id == parent
    assert repairs(lab, parent) == 1


def test_loop_is_repaired_as_one_task(lab: Any) -> None:
    run_id = lab.fail("looped")

    lab.act(lab.step("repair_run", run_id=run_id, failed_tasks=("each",)))

    assert lab.control.wait_for_run(int(run_id))["phase"] == "TERMINATED"
    assert repairs(lab, run_id) == 1


def test_run_of_a_deleted_job_is_refused(lab: Any) -> None:
    run_id = lab.fail("deleted")
    lab.control.delete_job_as_person("deleted")

    with pytest.raises(ApplicationError, match="was deleted") as refused:
        lab.act(lab.step("repair_run", run_id=run_id))

    assert (refused.value.type, refused.value.non_retryable) == ("InvalidRequestError", True)


def test_one_time_run_is_refused(lab: Any) -> None:
    tasks = [{"task_key": "load", "notebook_task": {"notebook_path": "/load"}}]
    body = {"run_name": "once", "tasks": tasks}
    run_id = lab.workspace.write(Write("/api/2.2/jobs/runs/submit", body, "a person"))["run_id"]
    lab.control.wait_for_run(run_id)

    with pytest.raises(ApplicationError, match="no saved job"):
        lab.act(lab.step("repair_run", run_id=str(run_id)))
