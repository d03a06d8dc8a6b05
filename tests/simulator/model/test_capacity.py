# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from simulator.client import Control
from simulator.model.capacity import Granted, Refused, allocate
from simulator.scenario import StockOut

ZONES = ["a", "b"]
SCENARIO = """
zones: [us-west-2a, us-west-2b]
capacity:
  - {node_type: r5.xlarge, zone: us-west-2a}
  - {node_type: i3.xlarge, availability: SPOT, type: CLIENT_ERROR}
jobs:
  dry-zone:
    settings:
      tasks:
        - task_key: main
          new_cluster:
            {node_type_id: r5.xlarge, num_workers: 1, aws_attributes: {zone_id: us-west-2a}}
"""


def spec(**aws: Any) -> dict[str, Any]:
    return {"node_type_id": "r5.xlarge", "num_workers": 2, "aws_attributes": aws}


def look(described: dict[str, Any], *rules: StockOut) -> Granted | Refused:
    return allocate(described, ZONES, list(rules), lambda _key, _rule: True)


def test_zone_without_machines_refuses() -> None:
    found = look(spec(zone_id="a"), StockOut(node_type="r5.xlarge", zone="a"))

    assert isinstance(found, Refused)
    assert found.code == "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE"
    assert found.message == "The cloud has not enough ON_DEMAND capacity of r5.xlarge in a."


@pytest.mark.parametrize(
    "change",
    [
        {"aws_attributes": {"zone_id": "b"}},
        {"aws_attributes": {"zone_id": "auto"}},
        {"node_type_id": "r5.2xlarge"},
        {
            "worker_node_type_flexibility": {"alternate_node_type_ids": ["i3.xlarge"]},
            "driver_node_type_flexibility": {"alternate_node_type_ids": ["i3.xlarge"]},
        },
    ],
    ids=["other zone", "any zone", "other type", "flexible types"],
)
def test_what_cures_a_dry_zone(change: dict[str, Any]) -> None:
    described = {**spec(zone_id="a"), **change}

    found = look(described, StockOut(node_type="r5.xlarge", zone="a"))

    assert isinstance(found, Granted)


@pytest.mark.parametrize(
    ("availability", "granted"),
    [
        ("SPOT", False),
        ("SPOT_AZURE", False),
        ("SPOT_WITH_FALLBACK", True),
        ("ON_DEMAND", True),
    ],
)
def test_stock_out_of_spot_machines_leaves_on_demand_ones(
    availability: str, *, granted: bool
) -> None:
    found = look(spec(availability=availability), StockOut(availability="SPOT"))

    assert isinstance(found, Granted) is granted


def test_fallback_is_taken_only_when_spot_is_out() -> None:
    fallback = spec(availability="SPOT_WITH_FALLBACK")

    assert look(fallback) == Granted("a", on_demand=False)
    assert look(fallback, StockOut(availability="SPOT")) == Granted("a", on_demand=True)


def test_stock_out_fails_the_run_with_its_cluster(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("dry-zone")
    control.advance(600)

    run = client.jobs.get_run(run_id).as_dict()
    details = run["status"]["termination_details"]
    dead = client.clusters.get(run["tasks"][0]["cluster_instance"]["cluster_id"]).as_dict()

    assert (details["code"], details["type"]) == ("CLUSTER_ERROR", "CLOUD_FAILURE")
    assert "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE" in details["message"]
    assert dead["termination_reason"]["code"] == "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE"
    assert dead["state"] == "TERMINATED"


def test_other_zone_lets_the_repair_pass(client: WorkspaceClient, control: Control) -> None:
    run_id = control.run_job("dry-zone")
    control.advance(600)
    there = {"zone_id": "us-west-2b"}
    cluster = {"node_type_id": "r5.xlarge", "num_workers": 1, "aws_attributes": there}
    task = {"task_key": "main", "new_cluster": cluster}
    body = {"job_id": control.job_id("dry-zone"), "new_settings": {"tasks": [task]}}

    client.api_client.do("POST", "/api/2.2/jobs/update", body=body)
    client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    control.advance(600)

    assert control.run(run_id)["result"] == "SUCCESS"
