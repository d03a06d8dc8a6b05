"""A cluster is brought back from any state, once, and not against a person's will."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

CLUSTER = "{spec: {node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}, "
NAMES = ["dead", "sick", "healthy", "busy", "looped", "stopped", "lost", "raced", "shown"]
SCENARIO = f"""
name: restarts
delays: {{cluster_start: 4m, cluster_restart: 2m, cluster_stop: 20s}}
clusters:
  {chr(10).join(f"  {name}: {CLUSTER} state: RUNNING}}" for name in NAMES).strip()}
  broken:
    spec: {{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}}
    state: RUNNING
    start_fails: [{{code: CLOUD_PROVIDER_LAUNCH_FAILURE, type: CLOUD_FAILURE}}]
jobs:
  neighbour:
    settings:
      tasks:
        - {{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: busy}}
    tasks: {{a: {{duration: 100h}}}}
  loop:
    settings:
      tasks:
        - task_key: each
          for_each_task:
            inputs: '["a"]'
            task:
              {{task_key: b, notebook_task: {{notebook_path: /b}}, existing_cluster_id: looped}}
    tasks: {{each: {{duration: 100h}}}}
  own:
    settings:
      tasks:
        - task_key: a
          notebook_task: {{notebook_path: /a}}
          new_cluster: {{node_type_id: m5.xlarge, num_workers: 1, spark_version: 15.4.x-scala2.12}}
    tasks: {{a: {{duration: 30s, fails: {{kind: network}}}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def starts(lab: Any, name: str) -> int:
    return lab.control.invariants()["cluster_starts"].get(name, 0)


def kill(lab: Any, name: str, code: str = "CLOUD_PROVIDER_SHUTDOWN") -> None:
    lab.control.terminate_cluster(name, code=code, type="CLOUD_FAILURE")
    lab.control.wait_until(lambda: lab.cluster(name)["state"] == "TERMINATED")


def restart(lab: Any, name: str, **fields: Any) -> Any:
    fields = {"failed_at": lab.now, **fields}
    return lab.cluster_step("restart_cluster", name, **fields)


def test_terminated_cluster_is_started_and_waited_for(lab: Any) -> None:
    kill(lab, "dead")

    result = lab.act_until_done(restart(lab, "dead"))

    assert lab.cluster("dead")["state"] == "RUNNING"
    assert [call.path for call in result.calls] == ["/api/2.1/clusters/start"]


def test_cluster_running_since_before_the_failure_is_restarted_once(lab: Any) -> None:
    before = starts(lab, "sick")

    result = lab.act_until_done(restart(lab, "sick"))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/restart"]
    assert starts(lab, "sick") == before + 1


def test_cluster_that_came_back_after_the_failure_is_left_alone(lab: Any) -> None:
    failed_at = lab.now
    lab.act_until_done(restart(lab, "healthy", failed_at=failed_at))
    before = starts(lab, "healthy")

    result = lab.act(restart(lab, "healthy", failed_at=failed_at, token="another incident"))

    assert result.calls == ()
    assert starts(lab, "healthy") == before


def test_lost_answer_leads_to_one_start(lab: Any) -> None:
    kill(lab, "lost")
    step, before = restart(lab, "lost"), starts(lab, "lost")
    lab.control.add_fault("drop_after", path="*/clusters/start")

    with pytest.raises(ApplicationError) as lost:
        lab.act(step)
    result = lab.act_until_done(step)

    assert lost.value.type == "TransientError"
    assert not result.superseded
    assert starts(lab, "lost") == before + 1


def test_start_that_never_arrived_is_made_by_the_next_try(lab: Any) -> None:
    kill(lab, "lost")
    step, before = restart(lab, "lost"), starts(lab, "lost")
    lab.control.add_fault("drop_before", path="*/clusters/start")

    with pytest.raises(ApplicationError):
        lab.act(step)
    with pytest.raises(ApplicationError) as waiting:
        lab.act(step, number=2)

    assert waiting.value.type == "StillChanging"
    lab.control.wait_until(lambda: lab.cluster("lost")["state"] == "RUNNING")
    assert starts(lab, "lost") == before + 1


def test_state_that_changed_before_the_call_is_read_again(lab: Any) -> None:
    kill(lab, "raced")
    lab.cluster("raced")
    lab.control.add_fault("stale", path="*/clusters/get", seconds=60, times=0)
    step = restart(lab, "raced")

    with pytest.raises(ApplicationError):
        lab.act(step)
    with pytest.raises(ApplicationError) as second:
        lab.act(step)

    assert second.value.type == "StillChanging"


def test_active_runs_on_the_cluster_are_named(lab: Any) -> None:
    run_id = lab.control.run_job("neighbour")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")

    shown = {
        others: lab.act(restart(lab, "busy", parameters={"others": others}, dry_run=True))
        for others in ("wait", "go_on")
    }
    with pytest.raises(ApplicationError, match="neighbour") as refused:
        lab.act(restart(lab, "busy", parameters={"others": "refuse"}))

    lab.control.cancel_as_person(run_id)
    assert shown["wait"].message.startswith("Would wait: Restart cluster")
    assert "interrupts 1 active runs: neighbour" in shown["go_on"].message
    assert str(run_id) in shown["go_on"].message
    assert [len(each.calls) for each in shown.values()] == [0, 1]
    assert (refused.value.type, refused.value.non_retryable) == ("InvalidStateError", True)


def test_a_loop_on_the_cluster_is_somebody_too(lab: Any) -> None:
    run_id = lab.control.run_job("loop")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")

    with pytest.raises(ApplicationError, match=r"interrupts 1 active runs: loop"):
        lab.act(restart(lab, "looped", parameters={"others": "refuse"}))

    lab.control.cancel_as_person(run_id)


def test_cluster_that_a_person_stopped_stays_stopped(lab: Any) -> None:
    kill(lab, "stopped", code="USER_REQUEST")

    result = lab.act(restart(lab, "stopped"))

    assert result.superseded
    assert lab.cluster("stopped")["state"] == "TERMINATED"


def test_start_that_fails_is_reported_and_not_repeated(lab: Any) -> None:
    kill(lab, "broken")

    with pytest.raises(ApplicationError) as failed:
        lab.act_until_done(restart(lab, "broken"))

    assert failed.value.type == "InvalidStateError"
    assert "CLOUD_PROVIDER_LAUNCH_FAILURE" in failed.value.message
    assert len(lab.calls("/clusters/start")) >= 1


def test_job_cluster_is_refused(lab: Any) -> None:
    raw = lab.workspace.get_run(lab.fail("own"))
    cluster_id = raw["tasks"][0]["cluster_instance"]["cluster_id"]
    step = lab.step("restart_cluster", target={"kind": "cluster", "id": cluster_id})

    with pytest.raises(ApplicationError, match="job cluster") as refused:
        lab.act(step)

    assert refused.value.type == "InvalidRequestError"


def test_dry_run_starts_nothing(lab: Any) -> None:
    kill(lab, "shown")

    result = lab.act(restart(lab, "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/start"]
    assert "CLOUD_PROVIDER_SHUTDOWN" in result.message
    assert lab.cluster("shown")["state"] == "TERMINATED"
