"""A health check passes on positive evidence only."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.checks.table import CHECKS
from activities.health import HealthActivities
from lakemend.checks import CheckName
from lakemend.incident import HealthCheckResult
from lakemend.step import HealthRequest

SPEC = "{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
SCENARIO = f"""
name: health
defaults: {{max_concurrent_runs: 100}}
clusters:
  {
    chr(10)
    .join(
        f"  {name}: {{spec: {SPEC}, state: RUNNING}}"
        for name in ["well", "dead", "rested", "moving"]
    )
    .strip()
}
jobs:
  flaky:
    settings: {{tasks: [{{task_key: load, notebook_task: {{notebook_path: /load}}}}]}}
    tasks: {{load: {{duration: 30s, fails: {{kind: network, count: run, times: 1}}}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def check(lab: Any, name: str, **fields: Any) -> HealthCheckResult:
    activities = HealthActivities(lab.workspaces)
    request = HealthRequest.model_validate(
        {"workspace": "default", "run_id": "1", **fields, "checks": [name]}
    )
    (result,) = lab.run(activities.check_health, request)
    return result


def of(lab: Any, cluster: str) -> dict[str, list[str]]:
    return {"cluster_ids": [lab.control.cluster_id(cluster)]}


def end(lab: Any, cluster: str, code: str) -> None:
    lab.control.terminate_cluster(cluster, code=code, type="SUCCESS")
    lab.control.wait_until(lambda: lab.cluster(cluster)["state"] == "TERMINATED")


def test_every_check_answers_under_the_name_by_which_a_playbook_declares_it() -> None:
    assert {name: check.name for name, check in CHECKS.items()} == {
        name.value: name for name in CheckName
    }


def test_repaired_run_whose_tasks_succeeded_passes(lab: Any) -> None:
    run_id = lab.fail("flaky")
    repair_id = str(lab.control.repair_as_person(int(run_id)))
    lab.control.wait_for_run(int(run_id))
    fields = {"run_id": run_id, "failed_tasks": ["load"]}

    assert check(lab, "run_succeeded", **fields, repair_id=repair_id).passed
    assert not check(lab, "run_succeeded", **fields, repair_id="1").passed
    assert not check(lab, "run_succeeded", run_id=run_id, failed_tasks=["other"]).passed


def test_failed_run_does_not_pass(lab: Any) -> None:
    run_id = lab.fail("flaky")

    result = check(lab, "run_succeeded", run_id=run_id, failed_tasks=["load"])

    assert not result.passed
    assert "load is FAILED" in result.message


def test_running_cluster_passes(lab: Any) -> None:
    assert check(lab, "cluster_running", **of(lab, "well")).passed


def test_dead_cluster_does_not_pass(lab: Any) -> None:
    end(lab, "dead", "DRIVER_UNREACHABLE")

    result = check(lab, "cluster_running", **of(lab, "dead"))

    assert not result.passed
    assert "TERMINATED" in result.message


def test_cluster_at_rest_passes(lab: Any) -> None:
    end(lab, "rested", "INACTIVITY")

    assert check(lab, "cluster_running", **of(lab, "rested")).passed


def test_cluster_on_its_way_is_looked_at_again(lab: Any) -> None:
    cluster_id = lab.control.cluster_id("moving")
    lab.act_and_wait(lab.cluster_step("restart_cluster", "moving", failed_at=lab.now))

    with pytest.raises(ApplicationError) as waiting:
        check(lab, "cluster_running", cluster_ids=[cluster_id])

    assert waiting.value.type == "StillChanging"


def test_without_an_all_purpose_cluster_there_is_nothing_to_look_at(lab: Any) -> None:
    assert check(lab, "cluster_running").passed
    assert check(lab, "libraries_installed").passed


def test_cluster_without_failed_libraries_passes(lab: Any) -> None:
    result = check(lab, "libraries_installed", **of(lab, "well"))

    assert (result.passed, "no libraries" in result.message) == (True, True)


def test_check_that_may_not_be_read_does_not_pass(lab: Any) -> None:
    body = {"error_code": "PERMISSION_DENIED", "message": "no"}
    lab.control.add_fault("status", path="*/clusters/get", status=403, body=body)

    result = check(lab, "cluster_running", **of(lab, "well"))

    assert not result.passed
    assert "could not be read" in result.message


def test_lost_call_is_tried_again(lab: Any) -> None:
    lab.control.add_fault("drop_before", path="*/clusters/get")

    with pytest.raises(ApplicationError) as lost:
        check(lab, "cluster_running", **of(lab, "well"))

    assert not lost.value.non_retryable


def test_unknown_check_does_not_pass(lab: Any) -> None:
    assert not check(lab, "all_is_fine").passed
