# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from simulator.client import Control

SCENARIO = """
pools:
  warm: {settings: {instance_pool_name: warm, node_type_id: m5.xlarge, max_capacity: 5}}
clusters:
  shared:
    spec: {node_type_id: m5.xlarge, num_workers: 1}
    access: [{group_name: analysts, permission_level: CAN_RESTART}]
jobs:
  pooled:
    settings:
      tasks: [{task_key: main, new_cluster: {instance_pool_id: warm, num_workers: 1}}]
    tasks: {main: {needs: {driver_memory_gb: 17}}}
"""


def test_rights_are_read_and_replaced(client: WorkspaceClient, control: Control) -> None:
    cluster_id = control.cluster_id("shared")
    before = client.permissions.get("clusters", cluster_id).as_dict()["access_control_list"]
    given = AccessControlRequest(group_name="oncall", permission_level=PermissionLevel.CAN_MANAGE)

    client.permissions.set("clusters", cluster_id, access_control_list=[given])

    after = client.permissions.get("clusters", cluster_id).as_dict()["access_control_list"]
    assert [entry["group_name"] for entry in before] == ["analysts"]
    assert [entry["group_name"] for entry in after] == ["oncall"]


def test_pools_are_named_in_settings_and_listed(client: WorkspaceClient, control: Control) -> None:
    (pool,) = client.instance_pools.list()
    query = {"job_id": control.job_id("pooled")}
    job: Any = client.api_client.do("GET", "/api/2.2/jobs/get", query=query)

    cluster = job["settings"]["tasks"][0]["new_cluster"]
    assert cluster["instance_pool_id"] == pool.instance_pool_id
    assert client.instance_pools.get(str(pool.instance_pool_id)).max_capacity == 5


def test_pool_decides_the_node_type(control: Control) -> None:
    run_id = control.run_job("pooled")
    control.advance(600)

    assert control.run(run_id)["message"].startswith("Task main failed")
    assert control.run(run_id)["code"] == "RUN_EXECUTION_ERROR"


def test_unknown_pool_is_not_found(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound):
        client.instance_pools.get("nowhere")


def test_azure_alert_is_resolved_under_the_name_of_the_rule(control: Control) -> None:
    alert = control.send_azure_alert("shared", condition="Resolved")

    assert alert["schemaId"] == "azureMonitorCommonAlertSchema"
    assert alert["data"]["essentials"]["monitorCondition"] == "Resolved"
    assert alert["data"]["essentials"]["monitoringService"] == "Log Alerts V2"


def test_azure_alert_names_the_cluster_in_its_dimensions(control: Control) -> None:
    control.terminate_cluster("shared", "CLOUD_PROVIDER_SHUTDOWN", "CLOUD_FAILURE")

    alert = control.send_azure_alert("shared")

    assert alert["data"]["essentials"]["monitorCondition"] == "Fired"
    (condition,) = alert["data"]["alertContext"]["condition"]["allOf"]
    dimensions = {item["name"]: item["value"] for item in condition["dimensions"]}
    assert dimensions["clusterId"] == control.cluster_id("shared")
    assert dimensions["clusterTerminationReasonCode"] == "CLOUD_PROVIDER_SHUTDOWN"
