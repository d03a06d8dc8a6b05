# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied, TooManyRequests
from databricks.sdk.errors.base import DatabricksError

from simulator.client import Control
from simulator.server import SimulatorProcess

SCENARIO = """
jobs:
  steady: {settings: {max_concurrent_runs: 50, tasks: [{task_key: main}]}}
  broken:
    settings: {max_concurrent_runs: 50, tasks: [{task_key: main}]}
    tasks: {main: {fails: {kind: network}}}
"""


@pytest.fixture(autouse=True)
def no_fault_is_left(control: Control) -> Iterator[None]:
    yield
    control.clear_faults()


def created(control: Control) -> int:
    counts: dict[str, int] = control.invariants()["runs_created_by_api"]
    return counts.get(str(control.job_id("steady")), 0)


def paths(control: Control, after: int) -> list[tuple[str, int]]:
    calls = control.requests(after=after)
    return [(call["path"].rpartition("/")[2], call["status"]) for call in calls]


def test_answer_lost_after_the_effect_makes_the_sdk_ask_again(
    client: WorkspaceClient, control: Control
) -> None:
    before, asked = created(control), len(control.requests())
    control.add_fault("drop_after", method="POST", path="*/run-now")

    client.jobs.run_now(control.job_id("steady"))

    assert created(control) == before + 2
    assert paths(control, asked) == [("run-now", 0), ("run-now", 200)]


def test_token_makes_a_lost_answer_harmless(client: WorkspaceClient, control: Control) -> None:
    before = created(control)
    control.add_fault("drop_after", method="POST", path="*/run-now")

    client.jobs.run_now(control.job_id("steady"), idempotency_token="lost-answer")

    assert created(control) == before + 1


def test_lost_answer_of_a_repair_ends_in_a_refusal_though_it_happened(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("broken")
    control.advance(60)
    control.add_fault("drop_after", path="*/runs/repair")

    with pytest.raises(DatabricksError, match="is active"):
        client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)

    assert control.run(run_id)["repairs"] == 1


def test_call_dropped_before_handling_has_no_effect(
    client: WorkspaceClient, control: Control
) -> None:
    before = created(control)
    control.add_fault("drop_before", path="*/run-now")

    client.jobs.run_now(control.job_id("steady"))

    assert created(control) == before + 1


def test_throttling_with_a_header_is_waited_out(client: WorkspaceClient, control: Control) -> None:
    body = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}
    headers = {"Retry-After": "1"}
    control.add_fault("status", path="*/jobs/get", status=429, body=body, headers=headers)

    began = time.monotonic()
    client.jobs.get(control.job_id("steady"))

    assert time.monotonic() - began >= 1


def test_throttling_without_a_header_leaves_the_pause_to_the_caller(
    simulator: SimulatorProcess, control: Control
) -> None:
    body = {"error_code": "RESOURCE_EXHAUSTED", "message": "slow down"}
    control.add_fault("status", path="*/jobs/list", status=429, body=body)
    headers = {"authorization": f"Bearer {simulator.token}"}

    first, second = (
        httpx.get(f"{simulator.address}/api/2.2/jobs/list", headers=headers, trust_env=False)
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (429, 200)
    assert first.json() == body
    assert "retry-after" not in first.headers


def test_fault_hits_the_nth_call_and_no_other(client: WorkspaceClient, control: Control) -> None:
    body = {"error_code": "PERMISSION_DENIED", "message": "no"}
    control.add_fault("status", path="*/jobs/get", nth=2, status=403, body=body)
    job_id = control.job_id("steady")

    client.jobs.get(job_id)
    with pytest.raises(DatabricksError, match="no"):
        client.jobs.get(job_id)
    client.jobs.get(job_id)

    assert [(item["matched"], item["hit"]) for item in control.faults()] == [(3, 1)]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "RESOURCE_DOES_NOT_EXIST", NotFound),
        (400, "INVALID_PARAMETER_VALUE", InvalidParameterValue),
        (400, "REQUEST_LIMIT_EXCEEDED", TooManyRequests),
    ],
)
def test_any_error_of_the_platform_can_be_injected(
    client: WorkspaceClient,
    control: Control,
    status: int,
    code: str,
    error: type[DatabricksError],
) -> None:
    body = {"error_code": code, "message": "told so"}
    control.add_fault("status", path="*/clusters/list-zones", status=status, body=body)

    with pytest.raises(error, match="told so"):
        client.clusters.list_zones()


def test_gateway_error_comes_as_html(client: WorkspaceClient, control: Control) -> None:
    page = "<html><title>502 Bad Gateway</title></html>"
    control.add_fault("status", path="*/list-zones", status=502, body=page)

    with pytest.raises(DatabricksError, match="502 Bad Gateway"):
        client.clusters.list_zones()


def test_slow_answer_does_not_hold_up_others(client: WorkspaceClient, control: Control) -> None:
    control.add_fault("delay", path="*/list-zones", seconds=4)
    slow = threading.Thread(target=client.clusters.list_zones)

    began = time.monotonic()
    slow.start()
    client.current_user.me()
    quick = time.monotonic() - began
    slow.join()

    assert quick < 4
    assert time.monotonic() - began >= 4


def test_stale_read_shows_what_was_true_before(client: WorkspaceClient, control: Control) -> None:
    run_id = control.run_job("broken")

    def phase() -> Any:
        return client.jobs.get_run(run_id).as_dict()["status"]["state"]

    assert phase() == "RUNNING"
    control.add_fault("stale", path="*/runs/get", seconds=0.5)
    control.advance(60)

    assert phase() == "RUNNING"
    time.sleep(0.6)
    assert phase() == "TERMINATED"


def test_unknown_field_of_a_fault_is_refused(control: Control) -> None:
    with pytest.raises(Exception, match="400"):
        control.add_fault("status", colour="red")


def test_fault_about_one_job_leaves_the_others_alone(
    client: WorkspaceClient, control: Control
) -> None:
    control.add_fault("status", path="*/run-now", about="broken", status=403)

    client.jobs.run_now(control.job_id("steady"))
    with pytest.raises(PermissionDenied):
        client.jobs.run_now(control.job_id("broken"))


def test_fault_about_a_job_hits_calls_that_name_its_run(
    client: WorkspaceClient, control: Control
) -> None:
    mine, other = control.run_job("broken"), control.run_job("steady")
    control.add_fault("status", path="*/runs/get", about="broken", status=403)

    client.jobs.get_run(other)
    with pytest.raises(PermissionDenied):
        client.jobs.get_run(mine)


def test_faults_of_a_scenario_are_at_work_from_the_beginning() -> None:
    rule = "{kind: status, path: '*/run-now', about: steady, status: 403}"

    with SimulatorProcess(f"{SCENARIO}\nfaults: [{rule}]") as simulator:
        (fault,) = simulator.control.faults()

    assert fault["fault"]["about"] == "steady"
