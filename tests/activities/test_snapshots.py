"""What was changed is put back, unless somebody else has changed it since."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.snapshots import SnapshotActivities
from lakemend.step import RestoreRequest, RestoreResult, SnapshotRef, SnapshotRequest, Target

INCIDENT = "incident:default:run-1"
SPEC = "node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12"
TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"
OTHER = "{task_key: sum, notebook_task: {notebook_path: /sum}, job_cluster_key: main}"
JOB = (
    f"tags: {{}}, tasks: [{TASK}, {OTHER}], "
    f"job_clusters: [{{job_cluster_key: main, new_cluster: {{{SPEC}}}}}]"
)
SCENARIO = f"""
name: snapshots
delays: {{cluster_restart: 2m, cluster_resize: 30s, cluster_start: 1m}}
clusters:
  {
    chr(10)
    .join(f"  {name}: {{spec: {{{SPEC}}}, state: RUNNING}}" for name in ["sized", "typed", "busy"])
    .strip()
}
  resting: {{spec: {{{SPEC}}}, state: TERMINATED}}
jobs:
  {
    chr(10)
    .join(
        f"  {name}: {{settings: {{{JOB}}}}}"
        for name in ["orders", "lost", "edited", "untouched", "gone", "silent", "twice"]
    )
    .strip()
}
  neighbour:
    settings:
      tasks:
        - {{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: busy}}
    tasks: {{a: {{duration: 100h}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def snapshot(lab: Any, target: Target, incident_id: str = INCIDENT) -> SnapshotRef:
    activities = SnapshotActivities(lab.workspaces, lab.records)
    request = SnapshotRequest(workspace="default", incident_id=incident_id, target=target)
    return lab.run(activities.take_snapshot, request)


def restore(lab: Any, ref: SnapshotRef, expected_hash: str, number: int = 1) -> RestoreResult:
    activities = SnapshotActivities(lab.workspaces, lab.records)
    request = RestoreRequest(snapshot=ref, expected_hash=expected_hash, incident_id=INCIDENT)
    return lab.run(activities.restore_snapshot, request, number)


def restore_until_done(lab: Any, ref: SnapshotRef, expected_hash: str) -> RestoreResult:
    def settled() -> bool:
        state = lab.workspace.get_cluster(ref.target.id)["state"]
        return state in {"RUNNING", "TERMINATED"}

    lab.control.wait_until(settled)
    return restore(lab, ref, expected_hash)


def test_job_is_as_before_after_its_restoration(lab: Any) -> None:
    before = lab.settings("orders")
    step = lab.job_step("change_node_type", "orders")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change

    result = restore(lab, ref, change.hash_after)

    assert change.hash_before == ref.hash
    assert result.restored
    assert lab.settings("orders") == before
    assert [call.summary for call in result.calls] == [
        f"Put job_clusters of job {step.target.id} back"
    ]
    assert lab.calls("/jobs/reset") == []


def test_several_changes_go_back_at_once(lab: Any) -> None:
    before = lab.settings("twice")
    step = lab.job_step("change_node_type", "twice")
    ref = snapshot(lab, step.target)
    lab.act(step)
    change = lab.act(lab.job_step("scale_cluster", "twice")).change

    assert restore(lab, ref, change.hash_after).restored
    assert lab.settings("twice") == before


def test_second_restoration_finds_nothing_to_do(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "untouched")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change
    restore(lab, ref, change.hash_after)

    again = restore(lab, ref, change.hash_after, number=2)

    assert again.restored
    assert again.calls == ()


def test_restoration_whose_answer_got_lost_is_not_repeated(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "lost")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        restore(lab, ref, change.hash_after)
    result = restore(lab, ref, change.hash_after, number=2)

    assert result.restored
    assert result.calls == ()


def test_edit_by_a_person_is_never_overwritten(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "edited")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change
    lab.control.edit_as_person("edited", {"tags": {"owner": "hunter2"}})
    edited = lab.settings("edited")

    result = restore(lab, ref, change.hash_after)

    assert not result.restored
    assert "job_clusters[main].new_cluster.num_workers" in result.message
    assert "tags.owner" in result.message
    assert "hunter2" not in result.message
    assert lab.settings("edited") == edited


def test_change_of_a_step_that_could_not_tell_is_put_back(lab: Any) -> None:
    before = lab.settings("silent")
    step = lab.job_step("scale_cluster", "silent")
    ref = snapshot(lab, step.target)
    lab.control.add_fault("drop_after", path="*/jobs/update")
    with pytest.raises(ApplicationError):
        lab.act(step)

    result = restore(lab, ref, expected_hash=ref.hash)

    assert result.restored
    assert lab.settings("silent") == before


def test_deleted_job_is_reported(lab: Any) -> None:
    step = lab.job_step("scale_cluster", "gone")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change
    lab.control.delete_job_as_person("gone")

    result = restore(lab, ref, change.hash_after)

    assert not result.restored
    assert "does not exist any more" in result.message


def test_running_cluster_is_resized_back(lab: Any) -> None:
    step = lab.cluster_step("scale_cluster", "sized")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change

    result = restore_until_done(lab, ref, change.hash_after)

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/resize"]
    assert lab.cluster("sized")["num_workers"] == 4


def test_idle_cluster_gets_its_node_type_back(lab: Any) -> None:
    step = lab.cluster_step("change_node_type", "typed")
    ref = snapshot(lab, step.target)
    change = lab.act_until_done(step).change

    result = restore_until_done(lab, ref, change.hash_after)

    assert result.restored
    assert lab.cluster("typed")["driver_node_type_id"] == "m5.xlarge"


def test_terminated_cluster_is_put_back_where_it_lies(lab: Any) -> None:
    step = lab.cluster_step("scale_cluster", "resting")
    ref = snapshot(lab, step.target)
    change = lab.act(step).change

    assert restore(lab, ref, change.hash_after).restored
    assert lab.cluster("resting")["num_workers"] == 4
    assert lab.cluster("resting")["state"] == "TERMINATED"


def test_cluster_with_other_peoples_runs_is_put_back_when_they_have_ended(lab: Any) -> None:
    step = lab.cluster_step("change_node_type", "busy")
    ref = snapshot(lab, step.target)
    change = lab.act_until_done(step).change
    lab.control.wait_until(lambda: lab.cluster("busy")["state"] == "RUNNING")
    run_id = lab.control.run_job("neighbour")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")

    with pytest.raises(ApplicationError, match="neighbour") as waiting:
        restore(lab, ref, change.hash_after)
    lab.control.cancel_as_person(run_id)
    lab.control.wait_for_run(run_id)
    result = restore_until_done(lab, ref, change.hash_after)

    assert waiting.value.type == "StillChanging"
    assert result.restored


def test_newer_settings_get_a_snapshot_of_their_own(lab: Any) -> None:
    target = Target.model_validate({"kind": "job", "id": str(lab.control.job_id("edited"))})
    older = snapshot(lab, target)
    same = snapshot(lab, target)
    lab.control.edit_as_person("edited", {"max_concurrent_runs": 9})

    newer = snapshot(lab, target)

    assert older == same
    assert newer.snapshot_id != older.snapshot_id
    stored = lab.records.get_snapshot(newer.snapshot_id)
    assert '"max_concurrent_runs": 9' in stored.settings_json
