"""What changed since the last success is taken back, once, and nothing else is."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.good_settings import GoodSettingsActivities
from activities.workspace.writes import update_cluster
from lakemend.compute.raw_settings import settings_hash
from lakemend.step import WatchedRun

SPEC = "{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
TASK = "{task_key: a, existing_cluster_id: shared, notebook_task: {notebook_path: /a}}"
NAMES = ["edited", "same", "lost", "unknown", "mended", "shown", "raced"]
SCENARIO = f"""
name: rollbacks
clusters:
  shared: {{spec: {SPEC}, state: RUNNING}}
jobs:
  {
    chr(10)
    .join(f"  {name}: {{settings: {{timeout_seconds: 600, tasks: [{TASK}]}}}}" for name in NAMES)
    .strip()
}
  broken: {{settings: {{tasks: [{TASK}]}}, tasks: {{a: {{fails: {{kind: user_code}}}}}}}}
"""
EDIT = {"timeout_seconds": 1, "tags": {"new": "tag"}, "max_concurrent_runs": 7}


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def succeed(lab: Any, job: str) -> list[str]:
    """Let the job succeed, and remember its settings; returns what was new."""
    run_id = lab.control.run_job(job)
    assert lab.control.wait_for_run(run_id)["result"] == "SUCCESS"
    keeping = GoodSettingsActivities(lab.workspaces, lab.records).keep_good_settings
    return lab.run(keeping, WatchedRun(workspace="default", run_id=str(run_id)))


def rollback(lab: Any, job: str, **fields: Any) -> Any:
    target = {"kind": "job", "id": str(lab.control.job_id(job))}
    fields = {"settings_hash": settings_hash(lab.settings(job)), **fields}
    return lab.step("rollback_config", target=target, token=job, **fields)


def test_success_is_remembered_once_with_its_clusters(lab: Any) -> None:
    job = f"job-{lab.control.job_id('same')}"
    cluster = f"cluster-{lab.control.cluster_id('shared')}"

    assert succeed(lab, "same") == [job, cluster]
    assert succeed(lab, "same") == []


def test_run_that_failed_is_not_remembered(lab: Any) -> None:
    run_id = lab.control.run_job("broken")
    assert lab.control.wait_for_run(run_id)["result"] == "FAILED"
    keeping = GoodSettingsActivities(lab.workspaces, lab.records).keep_good_settings

    assert lab.run(keeping, WatchedRun(workspace="default", run_id=str(run_id))) == []


def test_every_change_since_the_success_is_taken_back(lab: Any) -> None:
    before = lab.settings("edited")
    succeed(lab, "edited")
    lab.control.edit_as_person("edited", EDIT)

    result = lab.act(rollback(lab, "edited"))

    assert lab.settings("edited") == before
    assert "changed since: max_concurrent_runs, tags, timeout_seconds" in result.message
    assert result.change is not None


def test_lost_answer_leads_to_one_rollback(lab: Any) -> None:
    before = lab.settings("lost")
    succeed(lab, "lost")
    lab.control.edit_as_person("lost", EDIT)
    step, sent = rollback(lab, "lost"), len(lab.calls("/jobs/update"))
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert lab.settings("lost") == before
    assert len(lab.calls("/jobs/update")) == sent + 1
    assert result.change is not None


def test_settings_that_did_not_change_are_no_reason(lab: Any) -> None:
    succeed(lab, "same")

    with pytest.raises(ApplicationError, match="has not changed") as refused:
        lab.act(rollback(lab, "same"))

    assert refused.value.type == "InvalidRequestError"


def test_job_that_never_worked_has_nothing_to_go_back_to(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="no settings are known"):
        lab.act(rollback(lab, "unknown"))


def test_edit_after_the_failure_is_left_alone(lab: Any) -> None:
    succeed(lab, "mended")
    lab.control.edit_as_person("mended", EDIT)
    step = rollback(lab, "mended")
    lab.control.edit_as_person("mended", {"timeout_seconds": 700})

    with pytest.raises(ApplicationError) as refused:
        lab.act(step)

    assert refused.value.type == "ThirdPartyChangeError"
    assert lab.settings("mended")["timeout_seconds"] == 700


def test_dry_run_shows_the_fields_and_changes_nothing(lab: Any) -> None:
    succeed(lab, "shown")
    lab.control.edit_as_person("shown", EDIT)

    result = lab.act(rollback(lab, "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert "timeout_seconds" in result.calls[0].summary
    assert lab.settings("shown")["timeout_seconds"] == 1


def test_cluster_goes_back_to_what_last_worked(lab: Any) -> None:
    succeed(lab, "raced")
    cluster_id = lab.control.cluster_id("shared")
    change = update_cluster(cluster_id, {"num_workers": 9}, "a person", mask={"num_workers"})
    lab.workspace.write(change)
    lab.control.wait_until(lambda: lab.cluster("shared")["state"] == "RUNNING")

    result = lab.act_until_done(lab.cluster_step("rollback_config", "shared"))

    assert lab.cluster("shared")["num_workers"] == 2
    assert "changed since: num_workers" in result.message
