"""Settings are changed once, by how much is relative to the beginning, and within the caps."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

SPEC = "node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12"
TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"
JOB = f"tasks: [{TASK}], job_clusters: [{{job_cluster_key: main, new_cluster: {{{SPEC}}}}}]"
SCENARIO = f"""
name: settings
clusters:
  shared: {{spec: {{{SPEC}}}, state: RUNNING}}
  resting: {{spec: {{{SPEC}}}, state: TERMINATED}}
  moving: {{spec: {{{SPEC}}}, state: RUNNING}}
  single: {{spec: {{node_type_id: m5.xlarge, num_workers: 0, spark_version: 15}}, state: RUNNING}}
jobs:
  {
    chr(10)
    .join(
        f"  {name}: {{settings: {{{JOB}}}}}"
        for name in [
            "orders",
            "lost",
            "edited",
            "crashed",
            "capped",
            "costly",
            "shown",
            "driver",
            "twice",
        ]
    )
    .strip()
}
  locked: {{settings: {{edit_mode: UI_LOCKED, {JOB}}}}}
  bundled: {{settings: {{deployment: {{kind: BUNDLE}}, {JOB}}}}}
  elastic:
    settings:
      tasks: [{TASK}]
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            node_type_id: m5.xlarge
            autoscale: {{min_workers: 2, max_workers: 4}}
            spark_version: 15.4.x-scala2.12
  pooled:
    settings:
      tasks: [{TASK}]
      job_clusters:
        - job_cluster_key: main
          new_cluster: {{instance_pool_id: pool-1, num_workers: 2, spark_version: 15.4.x-scala2.12}}
  own:
    settings:
      tasks:
        - {{task_key: load, notebook_task: {{notebook_path: /load}}, new_cluster: {{{SPEC}}}}}
        - {{task_key: sum, notebook_task: {{notebook_path: /sum}}, new_cluster: {{{SPEC}}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def main_cluster(lab: Any, job: str) -> Any:
    return lab.settings(job)["job_clusters"][0]["new_cluster"]


def updates(lab: Any, job: str) -> list[Any]:
    job_id = lab.control.job_id(job)
    return [each for each in lab.calls("/jobs/update") if each["job_id"] == job_id]


def test_job_cluster_gets_more_workers_and_nothing_else(lab: Any) -> None:
    before = lab.settings("orders")

    result = lab.act(lab.job_step("scale_cluster", "orders", parameters={"percent": 50}))

    before["job_clusters"][0]["new_cluster"]["num_workers"] = 6
    assert lab.settings("orders") == before
    assert result.change.resource == f"job-{lab.control.job_id('orders')}"
    assert result.change.hash_before != result.change.hash_after
    assert result.change.cost_factor == pytest.approx(7 / 5)
    assert result.message == "Change workers from 4 to 6"


def test_autoscaling_cluster_gets_a_higher_maximum(lab: Any) -> None:
    lab.act(lab.job_step("scale_cluster", "elastic", parameters={"percent": 50}))

    assert main_cluster(lab, "elastic")["autoscale"] == {"min_workers": 2, "max_workers": 6}


def test_running_cluster_is_resized_without_a_restart(lab: Any) -> None:
    before = lab.control.invariants()["cluster_starts"]

    result = lab.act(lab.cluster_step("scale_cluster", "shared", parameters={"percent": 50}))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/resize"]
    assert lab.cluster("shared")["num_workers"] == 6
    assert lab.control.invariants()["cluster_starts"] == before


def test_terminated_cluster_is_resized_where_it_lies(lab: Any) -> None:
    result = lab.act(lab.cluster_step("scale_cluster", "resting", parameters={"percent": 50}))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/update"]
    assert lab.cluster("resting")["num_workers"] == 6
    assert lab.cluster("resting")["state"] == "TERMINATED"


def test_driver_of_a_job_cluster_moves_and_the_workers_stay(lab: Any) -> None:
    result = lab.act(lab.job_step("change_node_type", "driver", parameters={"memory_factor": 2}))

    spec = main_cluster(lab, "driver")
    assert (spec["node_type_id"], spec["driver_node_type_id"]) == ("m5.xlarge", "m5.2xlarge")
    assert result.change.cost_factor == 2
    assert result.message == "Change the driver from m5.xlarge (16 GB) to m5.2xlarge (32 GB)"


def test_workers_of_a_running_cluster_move_and_the_driver_stays(lab: Any) -> None:
    step = lab.cluster_step("change_node_type", "moving", parameters={"which": "workers"})

    result = lab.act_until_done(step)

    cluster = lab.cluster("moving")
    assert (cluster["node_type_id"], cluster["driver_node_type_id"]) == ("m5.2xlarge", "m5.xlarge")
    assert [call.path for call in result.calls] == ["/api/2.1/clusters/update"]


def test_only_node_of_a_single_node_cluster_moves_as_a_whole(lab: Any) -> None:
    lab.act_until_done(lab.cluster_step("change_node_type", "single"))

    cluster = lab.cluster("single")
    assert cluster["node_type_id"] == cluster["driver_node_type_id"] == "m5.2xlarge"


def test_cluster_of_one_task_is_changed_and_that_of_another_is_not(lab: Any) -> None:
    target = {"kind": "job", "id": str(lab.control.job_id("own")), "task_key": "load"}

    lab.act(lab.step("change_node_type", target=target))

    tasks = {each["task_key"]: each["new_cluster"] for each in lab.settings("own")["tasks"]}
    assert tasks["load"]["driver_node_type_id"] == "m5.2xlarge"
    assert "driver_node_type_id" not in tasks["sum"]


def test_lost_answer_does_not_double_the_change(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "lost", parameters={"percent": 50})
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert main_cluster(lab, "lost")["num_workers"] == 6
    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert result.change.hash_before != result.change.hash_after
    assert len(updates(lab, "lost")) == 1


def test_worker_that_died_after_the_change_leaves_it_to_its_successor(lab: Any) -> None:
    step = lab.job_step("change_node_type", "crashed")
    first = lab.act(step)

    again = lab.act(step, number=2)

    assert again.change == first.change
    assert main_cluster(lab, "crashed")["driver_node_type_id"] == "m5.2xlarge"
    assert len(updates(lab, "crashed")) == 1


def test_next_attempt_builds_on_the_one_before(lab: Any) -> None:
    lab.act(lab.job_step("change_node_type", "twice", token="first attempt"))

    lab.act(lab.job_step("change_node_type", "twice", token="second attempt"))

    assert main_cluster(lab, "twice")["driver_node_type_id"] == "m5.4xlarge"


def test_edit_by_a_person_between_two_tries_is_not_built_upon(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "edited")
    lab.control.add_fault("drop_before", path="*/jobs/update")
    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.control.edit_as_person("edited", {"max_concurrent_runs": 7})

    with pytest.raises(ApplicationError) as refused:
        lab.act(step, number=2)

    assert (refused.value.type, refused.value.non_retryable) == ("ThirdPartyChangeError", True)
    assert "max_concurrent_runs" in refused.value.message
    assert main_cluster(lab, "edited")["num_workers"] == 4


def test_workers_stop_at_the_cap(lab: Any) -> None:
    caps = {"max_workers": 5}

    lab.act(lab.job_step("scale_cluster", "capped", parameters={"percent": 100}, caps=caps))
    with pytest.raises(ApplicationError, match="max_workers allows 5") as refused:
        lab.act(lab.job_step("scale_cluster", "capped", token="again", caps=caps))

    assert main_cluster(lab, "capped")["num_workers"] == 5
    assert (refused.value.type, refused.value.non_retryable) == ("CapExceededError", True)


def test_costly_node_type_is_refused_with_the_caps_name(lab: Any) -> None:
    step = lab.job_step("change_node_type", "costly", caps={"max_cost_factor": 1.5})

    with pytest.raises(ApplicationError, match=r"max_cost_factor allows 1\.5, the step needs 2"):
        lab.act(step)

    assert updates(lab, "costly") == []


@pytest.mark.parametrize(
    ("job", "reason"), [("locked", "locked for editing"), ("bundled", "deployed as BUNDLE")]
)
@pytest.mark.parametrize("action", ["change_node_type", "scale_cluster"])
def test_job_that_a_tool_owns_is_refused(lab: Any, action: str, job: str, reason: str) -> None:
    with pytest.raises(ApplicationError, match=reason) as refused:
        lab.act(lab.job_step(action, job))

    assert refused.value.type == "InvalidRequestError"


def test_node_type_from_a_pool_is_not_ours_to_change(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="instance pool pool-1"):
        lab.act(lab.job_step("change_node_type", "pooled"))


@pytest.mark.parametrize("action", ["change_node_type", "scale_cluster"])
def test_dry_run_names_the_call_and_changes_nothing(lab: Any, action: str) -> None:
    before = lab.settings("shown")

    result = lab.act(lab.job_step(action, "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert result.change is None
    assert lab.settings("shown") == before
    assert lab.records.list_snapshots("incident:default:run-1") == []


def test_job_cluster_that_is_not_there_is_refused(lab: Any) -> None:
    with pytest.raises(ApplicationError, match=r"job_clusters\[other\] is not in the job"):
        lab.act(lab.job_step("scale_cluster", "shown", key="other"))


def test_run_has_no_settings_to_change(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="neither a job nor an all-purpose cluster"):
        lab.act(lab.step("scale_cluster", target={"kind": "run", "id": "1"}))


@pytest.mark.parametrize("job", ["locked", "bundled"])
def test_a_deployed_job_is_changed_where_the_playbook_opts_in(lab: Any, job: str) -> None:
    step = lab.job_step("scale_cluster", job, parameters={"percent": 50})
    opted_in = step.target.model_copy(update={"edit_deployed": True})

    result = lab.act(step.model_copy(update={"target": opted_in}))

    assert result.change is not None
    assert main_cluster(lab, job)["num_workers"] == 6
