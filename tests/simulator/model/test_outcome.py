# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from simulator.client import Control
from simulator.model.failure_kinds import FailureKind, failure_texts
from simulator.model.machine import Machine
from simulator.model.outcome import decide
from simulator.scenario import TaskBehaviour

SCENARIO = """
node_types: [{node_type_id: own.32gb, memory_gb: 32, cores: 4}]
jobs:
  memory:
    settings:
      tasks: [{task_key: main, new_cluster: {node_type_id: m5.xlarge, num_workers: 2}}]
    tasks: {main: {needs: {driver_memory_gb: 32}}}
  spot:
    settings:
      tasks:
        - task_key: main
          new_cluster:
            {node_type_id: m5.xlarge, num_workers: 2, aws_attributes: {availability: SPOT}}
    tasks: {main: {spot: {loses: executor}}}
  spot-cluster:
    settings:
      tasks:
        - task_key: main
          new_cluster:
            {node_type_id: m5.xlarge, num_workers: 2, aws_attributes: {availability: SPOT}}
    tasks: {main: {spot: {loses: cluster, times: 1}}}
  outage:
    settings: {tasks: [{task_key: main}]}
    tasks: {main: {fails: {kind: network, lasts: 5m}}}
  misconfigured:
    settings: {tasks: [{task_key: main, timeout_seconds: 7}]}
    tasks: {main: {duration: 5s, fails: {kind: config_invalid, cured_by: {timeout_seconds: 9}}}}
"""


def attempt(client: WorkspaceClient, control: Control, run_id: int, **change: Any) -> str:
    """Repair a run with its only task changed; how the run ended."""
    job_id = client.jobs.get_run(run_id).job_id
    task = {"task_key": "main", **change}
    body = {"job_id": job_id, "new_settings": {"tasks": [task]}}
    client.api_client.do("POST", "/api/2.2/jobs/update", body=body)
    history = client.jobs.get_run(run_id, include_history=True).repair_history or []
    client.jobs.repair_run(run_id, rerun_all_failed_tasks=True, latest_repair_id=history[-1].id)
    control.advance(900)
    return str(control.run(run_id)["result"])


def cluster(**more: Any) -> dict[str, Any]:
    return {"new_cluster": {"node_type_id": "m5.xlarge", "num_workers": 2, **more}}


def test_driver_memory_decides_between_failure_and_success(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("memory")
    control.advance(900)
    output = client.jobs.get_run_output((client.jobs.get_run(run_id).tasks or [])[0].run_id or 0)

    assert output.error == "java.lang.OutOfMemoryError: Java heap space"
    assert "16 GB" in (output.error_trace or "")
    assert attempt(client, control, run_id, **cluster(num_workers=4)) == "FAILED"
    assert attempt(client, control, run_id, **cluster(driver_node_type_id="i3.xlarge")) == "FAILED"
    assert attempt(client, control, run_id, **cluster(driver_node_type_id="own.32gb")) == "SUCCESS"


def test_spot_machines_are_taken_back_and_on_demand_ones_stay(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("spot")
    control.advance(900)
    assert control.run(run_id)["result"] == "FAILED"

    spot, on_demand = {"availability": "SPOT"}, {"availability": "ON_DEMAND"}

    assert attempt(client, control, run_id, **cluster(aws_attributes=spot)) == "FAILED"
    assert attempt(client, control, run_id, **cluster(aws_attributes=on_demand)) == "SUCCESS"


def test_lost_spot_driver_takes_the_cluster_with_it(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("spot-cluster")
    control.advance(900)

    run = client.jobs.get_run(run_id).as_dict()
    lost = client.clusters.get(run["tasks"][0]["cluster_instance"]["cluster_id"]).as_dict()

    assert run["status"]["termination_details"]["code"] == "CLUSTER_ERROR"
    assert lost["termination_reason"]["code"] == "SPOT_INSTANCE_TERMINATION"


def test_outage_ends_by_itself(client: WorkspaceClient, control: Control) -> None:
    early = control.run_job("outage")
    control.advance(60)
    assert control.run(early)["result"] == "FAILED"
    control.advance(300)

    assert attempt(client, control, early) == "SUCCESS"


def test_wrong_setting_fails_until_it_is_put_right(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("misconfigured")
    control.advance(60)

    assert attempt(client, control, run_id, timeout_seconds=8) == "FAILED"
    assert attempt(client, control, run_id, timeout_seconds=9) == "SUCCESS"


@pytest.mark.parametrize(
    ("needs", "machine", "word"),
    [
        ({"driver_memory_gb": 17}, Machine(driver_memory_gb=16), "Java heap space"),
        ({"executor_memory_gb": 17}, Machine(executor_memory_gb=16), "code 137"),
        ({"workers": 3}, Machine(workers=2), "GC overhead limit"),
        ({"spark_conf": {"a": "2"}}, Machine(spark_conf={"a": "1"}), "spark.sql.broadcastTimeout"),
        ({"library_versions": {"a": ["1"]}}, Machine(library_versions={"a": "2"}), "No module"),
    ],
)
def test_each_unmet_need_has_its_words(needs: Any, machine: Machine, word: str) -> None:
    behaviour = TaskBehaviour.model_validate({"needs": needs})

    outcome = decide(behaviour, machine, {}, lambda _key, _rule: True)

    assert word in outcome.end.error


def test_more_workers_finish_before_the_time_limit() -> None:
    behaviour = TaskBehaviour(worker_minutes=60)
    spec = {"timeout_seconds": 1200}

    results = [
        decide(behaviour, Machine(workers=count), spec, lambda _key, _rule: True).end.result
        for count in (2, 3)
    ]

    assert results == ["TIMEDOUT", "SUCCESS"]


def test_failures_follow_each_other_in_their_order() -> None:
    raw = {"fails": [{"kind": "network", "times": 1}, {"kind": "disk_full", "times": 1}]}
    behaviour = TaskBehaviour.model_validate(raw)
    asked: dict[str, int] = {}

    def once(key: str, _rule: object) -> bool:
        asked[key] = asked.get(key, 0) + 1
        return asked[key] == 1

    errors = [decide(behaviour, Machine(), {}, once).end.error for _ in range(3)]

    assert "Read timed out" in errors[0]
    assert "No space left" in errors[1]
    assert errors[2] == ""


@pytest.mark.parametrize("kind", list(FailureKind))
def test_every_kind_of_failure_can_be_told_from_its_words(kind: FailureKind) -> None:
    text = failure_texts()[kind]

    assert text.error or text.message
    assert text.code
