"""A zone without machines is left, once, and only where the cluster names one."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

SPEC = "node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12"
TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"


def job(attributes: str) -> str:
    cluster = f"{{job_cluster_key: main, new_cluster: {{{SPEC}, {attributes}}}}}"
    return f"{{settings: {{tasks: [{TASK}], job_clusters: [{cluster}]}}}}"


AWS = "aws_attributes: {zone_id: us-west-2a, availability: SPOT, first_on_demand: 1}"
SCENARIO = f"""
name: zones
clusters:
  resting: {{spec: {{{SPEC}, {AWS}}}, state: TERMINATED}}
jobs:
  orders: {job(AWS)}
  preferred: {job(AWS)}
  lost: {job(AWS)}
  shown: {job(AWS)}
  anywhere: {job("aws_attributes: {zone_id: auto}")}
  azure: {job("azure_attributes: {availability: SPOT_AZURE}")}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def zone(lab: Any, name: str) -> str:
    return lab.settings(name)["job_clusters"][0]["new_cluster"]["aws_attributes"]["zone_id"]


def test_platform_chooses_the_zone_of_a_job_cluster_and_nothing_else_changes(lab: Any) -> None:
    before = lab.settings("orders")

    result = lab.act(lab.job_step("change_zone", "orders"))

    before["job_clusters"][0]["new_cluster"]["aws_attributes"]["zone_id"] = "auto"
    assert lab.settings("orders") == before
    assert result.message == "Change the zone from us-west-2a to auto"


def test_preferred_zone_is_taken(lab: Any) -> None:
    zones = ["us-west-2a", "us-west-2b"]

    lab.act(lab.job_step("change_zone", "preferred", parameters={"zones": zones}))

    assert zone(lab, "preferred") == "us-west-2b"


def test_terminated_cluster_is_changed_where_it_lies(lab: Any) -> None:
    result = lab.act(lab.cluster_step("change_zone", "resting"))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/update"]
    assert lab.cluster("resting")["aws_attributes"]["zone_id"] == "auto"
    assert lab.cluster("resting")["state"] == "TERMINATED"


def test_lost_answer_leads_to_one_change(lab: Any) -> None:
    step = lab.job_step("change_zone", "lost")
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert zone(lab, "lost") == "auto"
    assert len(result.calls) == 1


@pytest.mark.parametrize("name", ["anywhere", "azure"])
def test_zone_that_the_platform_chooses_needs_no_change(lab: Any, name: str) -> None:
    with pytest.raises(ApplicationError, match="the platform choose") as refused:
        lab.act(lab.job_step("change_zone", name))

    assert (refused.value.type, refused.value.non_retryable) == ("InvalidRequestError", True)


def test_dry_run_names_the_call_and_changes_nothing(lab: Any) -> None:
    result = lab.act(lab.job_step("change_zone", "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert zone(lab, "shown") == "us-west-2a"
