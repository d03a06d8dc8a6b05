# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, InvalidState
from databricks.sdk.service.compute import EventType

from simulator.client import Control

SPEC = "{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
SCENARIO = f"""
delays: {{cluster_start: 4m, cluster_restart: 2m, cluster_stop: 20s, cluster_resize: 1m}}
capacity: [{{node_type: i3.xlarge}}]
clusters:
  running: {{spec: {SPEC}}}
  restarted: {{spec: {SPEC}}}
  edited: {{spec: {SPEC}}}
  updated:
    state: TERMINATED
    spec:
      node_type_id: m5.xlarge
      num_workers: 2
      spark_conf: {{a: "1"}}
      aws_attributes: {{availability: SPOT, zone_id: auto}}
  resized: {{spec: {SPEC}}}
  unlucky: {{spec: {{node_type_id: i3.xlarge, num_workers: 2}}}}
  ended: {{spec: {SPEC}, state: TERMINATED, reason: {{code: INACTIVITY}}}}
  lost: {{spec: {SPEC}}}
  broken:
    spec: {SPEC}
    state: TERMINATED
    start_fails: [{{code: INIT_SCRIPT_FAILURE, type: CLIENT_ERROR, times: 1}}]
jobs:
  own:
    settings:
      max_concurrent_runs: 9
      tasks: [{{task_key: main, new_cluster: {SPEC}}}]
    tasks: {{main: {{duration: 1h}}}}
  attached:
    settings: {{tasks: [{{task_key: main, existing_cluster_id: restarted}}]}}
    tasks: {{main: {{duration: 1h}}}}
  waking:
    settings: {{tasks: [{{task_key: main, existing_cluster_id: ended}}]}}
  on-lost:
    settings: {{tasks: [{{task_key: main, existing_cluster_id: lost}}]}}
    tasks: {{main: {{duration: 1h}}}}
"""


def read(client: WorkspaceClient, cluster_id: str) -> dict[str, Any]:
    return client.clusters.get(cluster_id).as_dict()


def job_cluster(client: WorkspaceClient, control: Control) -> str:
    run = client.jobs.get_run(control.run_job("own")).as_dict()
    control.advance(300)
    return run["tasks"][0]["cluster_instance"]["cluster_id"]


def event_types(client: WorkspaceClient, cluster_id: str) -> list[str]:
    return [event.as_dict()["type"] for event in client.clusters.events(cluster_id)]


def test_start_of_a_running_cluster_is_refused(client: WorkspaceClient, control: Control) -> None:
    cluster_id = control.cluster_id("running")

    with pytest.raises(InvalidState, match=f"{cluster_id} is in unexpected state Running"):
        client.clusters.start(cluster_id)


def test_terminated_cluster_starts_through_pending(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("ended")
    assert read(client, cluster_id)["termination_reason"]["code"] == "INACTIVITY"

    client.clusters.start(cluster_id)
    with pytest.raises(InvalidState, match="unexpected state Pending"):
        client.clusters.start(cluster_id)
    assert read(client, cluster_id)["state"] == "PENDING"

    control.advance(241)
    assert read(client, cluster_id)["state"] == "RUNNING"
    assert "termination_reason" not in read(client, cluster_id)


def test_cluster_that_is_down_cannot_be_restarted(
    client: WorkspaceClient, control: Control
) -> None:
    with pytest.raises(InvalidState, match="unexpected state Terminated"):
        client.clusters.restart(control.cluster_id("updated"))


def test_restart_ends_what_runs_there_and_comes_back(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id, run_id = control.cluster_id("restarted"), control.run_job("attached")
    control.advance(60)

    client.clusters.restart(cluster_id)

    assert read(client, cluster_id)["state"] == "RESTARTING"
    assert control.run(run_id)["code"] == "CLUSTER_ERROR"
    control.advance(121)
    cluster = read(client, cluster_id)
    assert cluster["state"] == "RUNNING"
    assert cluster["last_restarted_time"] > cluster["start_time"]
    assert control.invariants()["cluster_starts"]["restarted"] == 1


def test_edit_of_a_running_cluster_replaces_attributes_and_restarts_it(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("edited")

    client.clusters.edit(cluster_id, "15.4.x-scala2.12", node_type_id="r5.xlarge", num_workers=3)

    assert read(client, cluster_id)["state"] == "RESTARTING"
    with pytest.raises(InvalidState):
        client.clusters.edit(cluster_id, "15.4.x-scala2.12", node_type_id="r5.xlarge")
    control.advance(121)
    cluster = read(client, cluster_id)
    assert (cluster["state"], cluster["node_type_id"]) == ("RUNNING", "r5.xlarge")
    assert "cluster_name" not in cluster["spec"]


def test_update_changes_only_what_the_mask_names(client: WorkspaceClient, control: Control) -> None:
    cluster_id = control.cluster_id("updated")
    wanted = {"aws_attributes": {"availability": "ON_DEMAND"}, "num_workers": 9}
    body = {"cluster_id": cluster_id, "cluster": wanted}
    mask = {"update_mask": "aws_attributes.availability,spark_conf"}

    client.api_client.do("POST", "/api/2.1/clusters/update", body={**body, **mask})

    cluster = read(client, cluster_id)
    assert cluster["aws_attributes"] == {"availability": "ON_DEMAND", "zone_id": "auto"}
    assert cluster["num_workers"] == 2
    assert "spark_conf" not in cluster
    assert cluster["state"] == "TERMINATED"
    changed = control.invariants()["clusters_changed"]["updated"]
    assert changed["aws_attributes.availability"] == ["SPOT", "ON_DEMAND"]


def test_resize_needs_a_running_cluster_and_takes_time(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("resized")

    client.clusters.resize(cluster_id, num_workers=5)
    assert read(client, cluster_id)["state"] == "RESIZING"
    with pytest.raises(InvalidState):
        client.clusters.resize(cluster_id, num_workers=6)

    control.advance(61)
    assert read(client, cluster_id)["state"] == "RUNNING"
    assert read(client, cluster_id)["num_workers"] == 5
    assert event_types(client, cluster_id)[:2] == ["UPSIZE_COMPLETED", "RESIZING"]


def test_resize_without_capacity_is_told_by_an_event(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("unlucky")

    client.clusters.resize(cluster_id, num_workers=5)
    control.advance(61)

    assert event_types(client, cluster_id)[0] == "ADD_NODES_FAILED"


@pytest.mark.parametrize("call", ["start", "restart"])
def test_job_cluster_is_out_of_reach(client: WorkspaceClient, control: Control, call: str) -> None:
    cluster_id = job_cluster(client, control)

    with pytest.raises(InvalidParameterValue, match="created by the job service"):
        getattr(client.clusters, call)(cluster_id)
    with pytest.raises(InvalidParameterValue, match="created by the job service"):
        client.clusters.edit(cluster_id, "15.4.x-scala2.12", node_type_id="r5.xlarge")


def test_terminated_cluster_tells_its_reason_in_state_and_events(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id, run_id = control.cluster_id("lost"), control.run_job("on-lost")
    control.advance(30)

    words = {"databricks_error_message": "The driver's machine is gone."}
    control.terminate_cluster("lost", "CLOUD_PROVIDER_SHUTDOWN", "CLOUD_FAILURE", words)

    assert read(client, cluster_id)["state"] == "TERMINATING"
    control.advance(21)
    cluster = read(client, cluster_id)
    assert cluster["state"] == "TERMINATED"
    assert cluster["terminated_time"] > cluster["start_time"]
    reason = {"code": "CLOUD_PROVIDER_SHUTDOWN", "type": "CLOUD_FAILURE", "parameters": words}
    assert cluster["termination_reason"] == reason
    (event,) = client.clusters.events(cluster_id, event_types=[EventType.TERMINATING])
    assert event.details is not None
    assert event.details.reason is not None
    assert event.details.reason.as_dict() == reason
    run = client.jobs.get_run(run_id).as_dict()
    assert run["status"]["termination_details"]["code"] == "CLUSTER_ERROR"
    assert run["status"]["termination_details"]["type"] == "CLOUD_FAILURE"


def test_reason_that_no_sdk_knows_can_be_produced(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = client.clusters.create(
        "15.4.x-scala2.12", node_type_id="m5.large", num_workers=1
    ).response.cluster_id
    control.advance(241)

    control.terminate_cluster(str(cluster_id), "REASON_OF_TOMORROW", "SERVICE_FAULT")

    query = {"cluster_id": cluster_id}
    raw: Any = client.api_client.do("GET", "/api/2.1/clusters/get", query=query)
    assert raw["termination_reason"]["code"] == "REASON_OF_TOMORROW"


def test_scripted_start_failure_happens_as_often_as_told(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("broken")

    client.clusters.start(cluster_id)
    control.advance(300)
    failed = read(client, cluster_id)
    client.clusters.start(cluster_id)
    control.advance(300)

    assert failed["state"] == "TERMINATED"
    assert failed["termination_reason"]["code"] == "INIT_SCRIPT_FAILURE"
    assert read(client, cluster_id)["state"] == "RUNNING"


def test_run_starts_a_terminated_cluster_that_allows_it(
    client: WorkspaceClient, control: Control
) -> None:
    client.clusters.delete(control.cluster_id("ended"))
    control.advance(60)

    run_id = control.run_job("waking")
    control.advance(600)

    assert control.run(run_id)["result"] == "SUCCESS"


def test_node_types_tell_memory_cores_and_disks(client: WorkspaceClient) -> None:
    types = {kind.node_type_id: kind for kind in client.clusters.list_node_types().node_types or []}

    assert types["r5.xlarge"].memory_mb == 32 * 1024
    assert types["r5.xlarge"].num_cores == 4
    assert types["m6gd.xlarge"].is_graviton
    assert types["r3.xlarge"].is_deprecated


def test_cluster_that_does_not_exist_is_not_found(client: WorkspaceClient) -> None:
    with pytest.raises(Exception, match="Cluster nowhere does not exist"):
        client.clusters.get("nowhere")
