"""Spot machines are given up once, for the driver as for the workers, and within the cost cap."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

AWS = "{availability: SPOT, zone_id: us-west-2a, first_on_demand: 1, spot_bid_price_percent: 90}"
SPEC = "node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12"
TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"
CLUSTER = f"{{job_cluster_key: main, new_cluster: {{{SPEC}, aws_attributes: {AWS}}}}}"
JOB = f"{{settings: {{tasks: [{TASK}], job_clusters: [{CLUSTER}]}}}}"
SCENARIO = f"""
name: availability
clusters:
  shared: {{spec: {{{SPEC}, aws_attributes: {AWS}}}, state: RUNNING}}
  busy: {{spec: {{{SPEC}, aws_attributes: {AWS}}}, state: RUNNING}}
jobs:
  orders: {JOB}
  lost: {JOB}
  crashed: {JOB}
  shown: {JOB}
  neighbour:
    settings:
      tasks:
        - {{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: busy}}
    tasks: {{a: {{duration: 100h}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def attributes(lab: Any, job: str) -> Any:
    return lab.settings(job)["job_clusters"][0]["new_cluster"]["aws_attributes"]


def updates(lab: Any, job: str) -> list[Any]:
    job_id = lab.control.job_id(job)
    return [each for each in lab.calls("/jobs/update") if each["job_id"] == job_id]


def test_only_the_availability_of_a_job_cluster_changes(lab: Any) -> None:
    before = lab.settings("orders")

    result = lab.act(lab.job_step("switch_to_on_demand", "orders"))

    before["job_clusters"][0]["new_cluster"]["aws_attributes"]["availability"] = "ON_DEMAND"
    assert lab.settings("orders") == before
    assert result.message == "Change availability from SPOT to ON_DEMAND"
    assert result.change.cost_factor == 3


def test_shared_cluster_is_updated_itself(lab: Any) -> None:
    result = lab.act_until_done(lab.cluster_step("switch_to_on_demand", "shared"))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/update"]
    assert lab.cluster("shared")["aws_attributes"]["availability"] == "ON_DEMAND"


def test_lost_answer_leads_to_one_change(lab: Any) -> None:
    step = lab.job_step("switch_to_on_demand", "lost")
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert result.change.hash_before != result.change.hash_after
    assert len(updates(lab, "lost")) == 1


def test_worker_that_died_after_the_change_leaves_it_to_its_successor(lab: Any) -> None:
    step = lab.job_step("switch_to_on_demand", "crashed")
    first = lab.act(step)

    assert lab.act(step, number=2).change == first.change
    assert len(updates(lab, "crashed")) == 1


def test_price_above_the_cap_is_refused_with_its_name(lab: Any) -> None:
    step = lab.job_step("switch_to_on_demand", "shown", caps={"max_cost_factor": 2})

    with pytest.raises(ApplicationError, match="max_cost_factor allows 2") as refused:
        lab.act(step)

    assert refused.value.type == "CapExceededError"


def test_dry_run_names_the_call_and_changes_nothing(lab: Any) -> None:
    result = lab.act(lab.job_step("switch_to_on_demand", "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert attributes(lab, "shown")["availability"] == "SPOT"


@pytest.mark.parametrize(("others", "error"), [("wait", "StillChanging"), ("refuse", "InvalidSt")])
def test_runs_of_others_are_waited_for_or_respected(lab: Any, others: str, error: str) -> None:
    run_id = lab.control.run_job("neighbour")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")
    step = lab.cluster_step("switch_to_on_demand", "busy", parameters={"others": others})

    with pytest.raises(ApplicationError, match="neighbour") as held:
        lab.act(step)

    lab.control.cancel_as_person(run_id)
    lab.control.wait_for_run(run_id)
    assert str(held.value.type).startswith(error)
    assert lab.cluster("busy")["aws_attributes"]["availability"] == "SPOT"


def test_runs_of_others_are_named_when_going_on(lab: Any) -> None:
    run_id = lab.control.run_job("neighbour")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")
    parameters = {"others": "go_on"}

    result = lab.act(
        lab.cluster_step("switch_to_on_demand", "busy", parameters=parameters, dry_run=True)
    )

    lab.control.cancel_as_person(run_id)
    lab.control.wait_for_run(run_id)
    assert "interrupts 1 active runs: neighbour" in result.message
