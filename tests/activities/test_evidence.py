"""Evidence holds what the platform says about the failure, and says what it could not read."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.evidence import PATIENT_TRIES, EvidenceActivities
from activities.good_settings import GoodSettingsActivities
from lakemend.compute.raw_settings import settings_hash
from lakemend.decision_record import Inputs
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.evidence import ComputeKind, Evidence, RunPhase, run_phase
from lakemend.incident import IncidentView
from lakemend.step import WatchedRun
from records import Records, open_records

SPEC = "{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
SCENARIO = f"""
name: evidence
clusters:
  shared: {{spec: {SPEC}, state: RUNNING}}
capacity:
  - {{node_type: r5.xlarge, code: AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE}}
jobs:
  orders:
    settings:
      tags: {{team: sales}}
      max_concurrent_runs: 100
      tasks:
        - task_key: load
          notebook_task: {{notebook_path: /load}}
          existing_cluster_id: shared
          max_retries: 1
          min_retry_interval_millis: 1000
        - {{task_key: sum, notebook_task: {{notebook_path: /a}}, depends_on: [{{task_key: load}}]}}
    tasks: {{load: {{duration: 30s, fails: {{kind: network}}}}}}
  stock_out:
    settings:
      edit_mode: UI_LOCKED
      tasks: [{{task_key: load, notebook_task: {{notebook_path: /load}}, job_cluster_key: main}}]
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            node_type_id: r5.xlarge
            num_workers: 2
            spark_version: 15.4.x-scala2.12
            aws_attributes: {{availability: SPOT, zone_id: us-west-2a}}
  nightly: {{settings: {{tasks: [{{task_key: load, notebook_task: {{notebook_path: /load}}}}]}}}}
  secret:
    settings:
      max_concurrent_runs: 100
      tasks: [{{task_key: load, notebook_task: {{notebook_path: /load}}}}]
    tasks:
      load:
        duration: 30s
        fails: {{kind: user_code, error: "bad token=dapi0123456789abcdef0123456789abcdef end"}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def read(lab: Any, run_id: str, number: int = 1, records: Records | None = None) -> Evidence:
    activities = EvidenceActivities(lab.workspaces, records)
    watched = WatchedRun(workspace="default", run_id=run_id)
    return lab.run(activities.read_evidence, watched, number)


def test_run_and_newest_attempts_of_its_tasks_are_read(lab: Any) -> None:
    run_id = lab.fail("orders")

    evidence = read(lab, run_id)

    assert (evidence.run.run_id, evidence.run.run_type) == (run_id, "JOB_RUN")
    assert run_phase(evidence.run) is RunPhase.FAILED
    assert [task.task_key for task in evidence.tasks] == ["load", "sum"]
    assert evidence.tasks[0].attempt_number == 1
    assert [task.task_key for task in evidence.failed_tasks] == ["load"]
    assert evidence.unread == ()


def test_only_failed_tasks_bring_their_output_and_cluster(lab: Any) -> None:
    evidence = read(lab, lab.fail("orders"))

    load, total = evidence.tasks
    assert load.error
    assert (total.error, total.depends_on) == ("", ("load",))
    assert load.compute.kind is ComputeKind.ALL_PURPOSE
    assert [each.cluster_id for each in evidence.clusters] == [lab.control.cluster_id("shared")]
    assert evidence.clusters[0].state == "RUNNING"
    assert evidence.clusters[0].started_at is not None


def test_job_is_known_by_hash_and_tags(lab: Any) -> None:
    evidence = read(lab, lab.fail("orders"))

    assert evidence.job is not None
    assert evidence.job.settings_hash == settings_hash(lab.settings("orders"))
    assert evidence.job.tags == {"team": "sales"}
    assert not evidence.job.continuous


def test_dead_job_cluster_brings_its_reason_and_events(lab: Any) -> None:
    evidence = read(lab, lab.fail("stock_out"))

    (cluster,) = evidence.clusters
    assert cluster.source == "JOB"
    assert cluster.termination_code == "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE"
    assert (cluster.availability, cluster.zone_id) == ("SPOT", "us-west-2a")
    assert cluster.events
    assert evidence.tasks[0].compute.kind is ComputeKind.JOB_CLUSTER
    assert evidence.tasks[0].compute.job_cluster_key == "main"
    assert evidence.job is not None
    assert evidence.job.edit_mode == "UI_LOCKED"


def test_secrets_in_an_output_stay_behind(lab: Any) -> None:
    evidence = read(lab, lab.fail("secret"))

    assert "dapi0123456789abcdef" not in evidence.model_dump_json()
    assert "bad token=" in evidence.tasks[0].error


def test_repairs_change_the_failure_key(lab: Any) -> None:
    run_id = lab.fail("secret")
    before = read(lab, run_id)
    repair_id = lab.control.repair_as_person(int(run_id))
    lab.control.wait_for_run(int(run_id))

    after = read(lab, run_id)

    assert (before.run.repair_count, after.run.repair_count) == (0, 1)
    assert after.run.latest_repair_id == str(repair_id)
    assert before.failure_key != after.failure_key
    assert f"/{repair_id}/" in after.failure_key


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("*/runs/get-output", "output of task load"),
        ("*/clusters/get", "cluster "),
        ("*/clusters/events", "events of cluster"),
        ("*/jobs/get", "job "),
    ],
)
def test_forbidden_piece_is_named_and_the_rest_is_read(lab: Any, path: str, what: str) -> None:
    run_id = lab.fail("orders")
    body = {"error_code": "PERMISSION_DENIED", "message": "no"}
    lab.control.add_fault("status", path=path, status=403, body=body)

    evidence = read(lab, run_id)

    (unread,) = evidence.unread
    assert unread.what.startswith(what)
    assert "PERMISSION_DENIED" in unread.why
    assert evidence.run.run_id == run_id


def test_lost_piece_is_read_again_before_it_is_given_up(lab: Any) -> None:
    run_id = lab.fail("orders")
    lab.control.add_fault("status", path="*/runs/get-output", status=500, times=0)

    with pytest.raises(ApplicationError) as lost:
        read(lab, run_id)
    evidence = read(lab, run_id, number=4)

    assert lost.value.type == "TransientError"
    assert "output of task load" in [each.what for each in evidence.unread]


def test_run_that_does_not_exist_is_not_found(lab: Any) -> None:
    with pytest.raises(ApplicationError) as missing:
        read(lab, "9007199254740993")

    assert (missing.value.type, missing.value.non_retryable) == ("NotFoundError", True)


def test_workspace_that_is_not_configured_is_not_found(lab: Any) -> None:
    activities = EvidenceActivities(lab.workspaces)

    with pytest.raises(ApplicationError, match="elsewhere"):
        lab.run(activities.read_evidence, WatchedRun(workspace="elsewhere", run_id="1"))


def test_other_incidents_of_the_same_zone_are_evidence(lab: Any) -> None:
    run_id = lab.fail("stock_out")
    other = IncidentView(
        incident_id="incident:default:run-99",
        workspace="default",
        run_id="99",
        job_id="9",
        started_at=read(lab, run_id).read_at,
        inputs=Inputs(places=("zone:us-west-2a",)),
        diagnosis=Diagnosis(cause=Cause.CLOUD_CAPACITY),
    )
    lab.records.save_incident(other)

    (zone,) = read(lab, run_id, records=lab.records).neighbours

    assert (zone.place, zone.incidents) == ("zone:us-west-2a", 1)
    assert zone.causes == {Cause.CLOUD_CAPACITY: 1}


def test_what_changed_in_the_settings_since_they_worked_is_named(lab: Any) -> None:
    run_id = str(lab.control.run_job("nightly"))
    lab.control.wait_for_run(int(run_id))
    keeping = GoodSettingsActivities(lab.workspaces, lab.records).keep_good_settings
    lab.run(keeping, WatchedRun(workspace="default", run_id=run_id))
    lab.control.edit_as_person("nightly", {"timeout_seconds": 10, "tags": {"api_key": "abc"}})
    failed = str(lab.control.run_job("nightly"))
    lab.control.wait_for_run(int(failed))

    changed = read(lab, failed, records=lab.records).changed_settings

    assert changed.since == run_id
    assert changed.lines == (
        'tags: nothing -> {"api_key": "[redacted]"}',
        "timeout_seconds: nothing -> 10",
    )


def test_records_that_are_away_are_missed_in_the_end(lab: Any, tmp_path: Path) -> None:
    away = open_records(f"sqlite:///{tmp_path / 'never-migrated.db'}")

    evidence = read(lab, lab.fail("orders"), number=PATIENT_TRIES + 1, records=away)

    assert [unread.what for unread in evidence.unread] == ["our records"]
    away.close()
