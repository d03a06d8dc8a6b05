"""A cluster that cannot start is stood in for, once, and everything can be put back."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.snapshots import SnapshotActivities
from lakemend.step import RestoreRequest, RestoreResult, SnapshotRef, SnapshotRequest

NAMES = ["moved", "lost", "crashed", "never", "shown", "barren"]
SCENARIO = f"""
name: stand-ins
clusters:
  {
    chr(10)
    .join(
        f"  {name}: {{spec: {{node_type_id: {'g4dn.xlarge' if name == 'barren' else 'm5.xlarge'}, "
        "num_workers: 2, spark_version: 15.4.x-scala2.12, custom_tags: {team: sales}}, "
        "state: TERMINATED, start_fails: [{code: INTERNAL_ERROR}], "
        "libraries: [{pypi: {package: pandas==2.1.0}}], "
        "access: [{group_name: analysts, permission_level: CAN_RESTART}]}"
        for name in NAMES
    )
    .strip()
}
capacity: [{{node_type: g4dn.xlarge}}]
jobs:
  {
    chr(10)
    .join(
        f"  on_{name}{suffix}: {{settings: {{tags: {{}}, {lock} tasks: ["
        f"{{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: {name}}}, "
        "{task_key: b, notebook_task: {notebook_path: /b}}]}}"
        for name in NAMES
        for suffix, lock in (("", ""), ("_too", ""), ("_locked", "edit_mode: UI_LOCKED,"))
    )
    .strip()
}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def recreate(lab: Any, name: str, **fields: Any) -> Any:
    target = {"kind": "cluster-users", "id": lab.control.cluster_id(name)}
    fields = {"token": f"recreate {name}", "incident_id": f"incident:default:{name}", **fields}
    return lab.step("recreate_cluster", target=target, **fields)


def cluster_of(lab: Any, job: str) -> str:
    return lab.settings(job)["tasks"][0]["existing_cluster_id"]


def stand_ins(lab: Any, name: str) -> list[Any]:
    old = lab.control.cluster_id(name)
    tagged = [each for each in lab.workspace.list_clusters() if each.get("custom_tags")]
    return [each for each in tagged if each["custom_tags"].get("LakemendReplaces") == old]


def snapshot(lab: Any, step: Any) -> SnapshotRef:
    activities = SnapshotActivities(lab.workspaces, lab.records)
    request = SnapshotRequest(workspace="default", incident_id=step.incident_id, target=step.target)
    return lab.run(activities.take_snapshot, request)


def restore(lab: Any, step: Any, ref: SnapshotRef, expected_hash: str) -> RestoreResult:
    activities = SnapshotActivities(lab.workspaces, lab.records)
    request = RestoreRequest(
        snapshot=ref, expected_hash=expected_hash, incident_id=step.incident_id
    )
    return lab.run(activities.restore_snapshot, request)


def test_jobs_move_to_a_new_cluster_and_back(lab: Any) -> None:
    step = recreate(lab, "moved")
    before = {job: lab.settings(job) for job in ("on_moved", "on_moved_too", "on_moved_locked")}
    ref = snapshot(lab, step)

    result = lab.act_until_done(step)

    [new] = stand_ins(lab, "moved")
    new_id = new["cluster_id"]
    assert cluster_of(lab, "on_moved") == cluster_of(lab, "on_moved_too") == new_id
    assert lab.settings("on_moved_locked") == before["on_moved_locked"]
    assert new["custom_tags"]["team"] == "sales"
    libraries = [each["library"] for each in lab.workspace.library_statuses(new_id)]
    assert libraries == [{"pypi": {"package": "pandas==2.1.0"}}]
    granted = lab.workspace.cluster_permissions(new_id)["access_control_list"]
    assert [each["group_name"] for each in granted] == ["analysts"]

    restored = restore(lab, step, ref, result.change.hash_after)

    assert restored.restored, restored.message
    assert {job: lab.settings(job) for job in before} == before
    lab.control.wait_until(lambda: lab.workspace.get_cluster(new_id)["state"] == "TERMINATED")
    assert lab.control.invariants()["forbidden_calls"] == []


@pytest.mark.parametrize(("name", "fault"), [("lost", "drop_after"), ("never", "drop_before")])
def test_lost_call_leads_to_one_new_cluster(lab: Any, name: str, fault: str) -> None:
    step = recreate(lab, name)
    lab.control.add_fault(fault, path="*/clusters/create")

    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.act_until_done(step)

    assert len(stand_ins(lab, name)) == 1


def test_worker_that_died_half_way_leaves_the_rest_to_its_successor(lab: Any) -> None:
    step = recreate(lab, "crashed")
    lab.control.add_fault("drop_after", path="*/jobs/update")

    for _ in range(200):
        with pytest.raises(ApplicationError) as failed:
            lab.act(step)
        if failed.value.type == "TransientError":
            break
    result = lab.act_until_done(step)

    assert result.change is not None
    assert len(stand_ins(lab, "crashed")) == 1
    assert cluster_of(lab, "on_crashed") == cluster_of(lab, "on_crashed_too")


def test_new_cluster_that_does_not_start_either_moves_nobody(lab: Any) -> None:
    step = recreate(lab, "barren")
    ref = snapshot(lab, step)

    with pytest.raises(ApplicationError, match="did not start either") as failed:
        lab.act_until_done(step)

    assert (failed.value.type, failed.value.non_retryable) == ("InvalidStateError", True)
    assert cluster_of(lab, "on_barren") == lab.control.cluster_id("barren")
    assert restore(lab, step, ref, ref.hash).restored


def test_dry_run_shows_every_call_and_makes_none(lab: Any) -> None:
    result = lab.act(recreate(lab, "shown", dry_run=True))

    assert [call.path for call in result.calls] == [
        "/api/2.1/clusters/create",
        "/api/2.0/libraries/install",
        "/api/2.0/permissions/clusters/(the new one)",
        "/api/2.2/jobs/update",
        "/api/2.2/jobs/update",
    ]
    assert stand_ins(lab, "shown") == []


def test_run_is_no_cluster(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="no all-purpose cluster"):
        lab.act(lab.step("recreate_cluster", target={"kind": "run", "id": "1"}))
