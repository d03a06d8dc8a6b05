from pathlib import Path
from typing import Any

import pytest

import simulator as package
from simulator.client import Control

SCENARIO = Path(package.__file__).parent / "scenarios" / "demo.yaml"


@pytest.fixture(scope="module")
def runs(control: Control) -> dict[str, Any]:
    """Let the day pass without any recovery; the run of each job."""
    control.start()
    control.advance(3600)
    return {run["job"]: run for run in control.runs()}


def test_jobs_fail_unless_the_platform_or_a_person_helps(runs: dict[str, Any]) -> None:
    succeeded = {job for job, run in runs.items() if run["result"] == "SUCCESS"}

    assert succeeded == {"price-list", "store-metrics", "daily-summary"}
    assert runs["price-list"]["repairs"] == 1
    assert runs["store-metrics"]["attempts"] == 2


def test_every_job_runs_and_says_what_recovery_should_make_of_it(
    runs: dict[str, Any], control: Control
) -> None:
    expected = control.expectations()

    assert set(runs) == set(expected)
    for job, expectation in expected.items():
        helped = expectation["outcome"] in {"none", "superseded"}
        assert helped is (runs[job]["result"] == "SUCCESS")
        assert expectation["note"]


def test_two_jobs_die_with_one_cluster(runs: dict[str, Any]) -> None:
    codes = {runs[f"{team}-dashboard"]["code"] for team in ("finance", "marketing")}

    assert codes == {"CLUSTER_ERROR"}


@pytest.mark.parametrize("job", ["orders-ingest", "inventory-sync", "feature-store"])
def test_repairs_that_recovery_is_expected_to_make_are_enough(
    runs: dict[str, Any], control: Control, job: str
) -> None:
    for _ in range(control.expectations()[job]["repairs"]):
        assert control.run(runs[job]["run_id"])["result"] == "FAILED"
        control.repair_as_person(runs[job]["run_id"])
        control.advance(3600)

    assert control.run(runs[job]["run_id"])["result"] == "SUCCESS"


def test_late_webhook_comes_after_the_person_s_repair(
    runs: dict[str, Any], control: Control
) -> None:
    messages = [item["body"] for item in control.webhooks() if "job" in item["body"]]
    told = [body["event_type"] for body in messages if body["job"]["name"] == "price-list"]

    assert told == ["jobs.on_failure", "jobs.on_success"]
    assert runs["price-list"]["repairs"] == 1


def test_only_an_alert_tells_of_the_job_without_notifications(
    runs: dict[str, Any], control: Control
) -> None:
    bodies = [item["body"] for item in control.webhooks()]
    alerts = [body["data"]["essentials"] for body in bodies if "data" in body]

    assert runs["stock-forecast"]["code"] == "CLUSTER_ERROR"
    assert not [body for body in bodies if "job" in body and "stock" in body["job"]["name"]]
    assert [each["monitorCondition"] for each in alerts] == ["Fired", "Resolved"]
