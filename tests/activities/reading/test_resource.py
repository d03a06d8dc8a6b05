"""Evidence about a resource, and the runs that died with it."""

from pathlib import Path
from typing import Any

import pytest

from activities.errors import StillChangingError
from activities.reading.resource import ResourceReader
from activities.workspace.writes import start_cluster, start_update
from lakemend.diagnosis import Cause
from lakemend.diagnosis.diagnose import diagnose
from lakemend.errors import NotFoundError, PermissionDeniedError
from lakemend.evidence import ComputeKind, Evidence, ResourcePhase


@pytest.fixture(scope="module")
def scenario() -> str:
    return Path(__file__).with_name("resource.yaml").read_text(encoding="utf-8")


def read(lab: Any, resource: str, *, patient: bool = False) -> Evidence:
    """Read as often as the reader asks for."""
    for _ in range(400):
        try:
            return ResourceReader(lab.workspace, patient=patient).read("default", resource)
        except StillChangingError:
            lab.let_pass()
    raise AssertionError(f"{resource} changes for ever")


def cluster(lab: Any, name: str) -> str:
    return f"cluster-{lab.control.cluster_id(name)}"


def die(
    lab: Any, name: str, code: str = "COMMUNICATION_LOST", type_: str = "CLOUD_FAILURE"
) -> None:
    lab.control.terminate_cluster(name, code, type_)


def runs_on(lab: Any, job: str, number: int = 1) -> list[str]:
    runs = [lab.control.run_job(job) for _ in range(number)]
    lab.control.wait_until(lambda: all(lab.control.run(run)["phase"] == "RUNNING" for run in runs))
    return [str(run) for run in runs]


def test_a_dead_cluster_tells_why_and_which_runs_it_took(lab: Any) -> None:
    before = lab.control.run_job("short")
    lab.control.wait_for_run(before)
    lab.fail("on_other")
    died = runs_on(lab, "on_shared", 2)
    die(lab, "shared")
    for run in died:
        lab.control.wait_for_run(int(run))

    evidence = read(lab, cluster(lab, "shared"))

    resource = evidence.resource
    assert resource is not None
    assert resource.phase is ResourcePhase.FAILED
    assert resource.said == "TERMINATED: COMMUNICATION_LOST CLOUD_FAILURE"
    assert {each.run_id for each in evidence.lost_runs} == set(died)
    assert {each.job_name for each in evidence.lost_runs} == {"on_shared"}
    assert diagnose(evidence).cause is Cause.DRIVER_UNRESPONSIVE
    assert evidence.unread == ()


def test_a_run_that_has_not_ended_yet_is_among_them(lab: Any) -> None:
    (run,) = runs_on(lab, "on_watched")
    die(lab, "watched")

    evidence = read(lab, cluster(lab, "watched"))

    assert [each.run_id for each in evidence.lost_runs] == [run]


def test_the_key_stays_the_same_when_the_cluster_works_again(lab: Any) -> None:
    (run,) = runs_on(lab, "on_back")
    die(lab, "back", "CLOUD_PROVIDER_SHUTDOWN")
    dead = read(lab, cluster(lab, "back"))
    cluster_id = lab.control.cluster_id("back")
    lab.workspace.write(start_cluster(cluster_id))

    back = read(lab, cluster(lab, "back"))

    assert (dead.resource and dead.resource.phase) is ResourcePhase.FAILED
    assert (back.resource and back.resource.phase) is ResourcePhase.BACK
    assert back.failure_key == dead.failure_key
    assert [each.run_id for each in back.lost_runs] == [run]


def test_a_cluster_that_rests_took_no_run(lab: Any) -> None:
    die(lab, "idle", "INACTIVITY", "SUCCESS")

    evidence = read(lab, cluster(lab, "idle"))

    assert (evidence.resource and evidence.resource.phase) is ResourcePhase.ENDED
    assert evidence.lost_runs == ()


def test_the_run_whose_task_started_the_dead_one_is_handed_over_instead(lab: Any) -> None:
    parent = lab.control.run_job("caller")
    lab.control.wait_until(lambda: any(run["job"] == "on_called" for run in lab.control.runs()))
    child = next(run for run in lab.control.runs() if run["job"] == "on_called")
    lab.control.wait_until(lambda: lab.control.run(child["run_id"])["phase"] == "RUNNING")
    die(lab, "called")
    lab.control.wait_for_run(parent)

    evidence = read(lab, cluster(lab, "called"))

    assert [each.run_id for each in evidence.lost_runs] == [str(parent)]


def test_a_job_cluster_is_told_from_an_all_purpose_one(lab: Any) -> None:
    (run,) = runs_on(lab, "own")
    raw = lab.workspace.get_run(run)
    cluster_id = raw["tasks"][0]["cluster_instance"]["cluster_id"]
    die(lab, cluster_id)

    evidence = read(lab, f"cluster-{cluster_id}")

    assert (evidence.resource and evidence.resource.compute.kind) is ComputeKind.JOB_CLUSTER
    assert [each.run_id for each in evidence.lost_runs] == [run]


def test_what_could_not_be_read_is_told(lab: Any) -> None:
    die(lab, "secret")
    lab.control.add_fault("status", path="*/clusters/events", status=403, times=99)
    lab.control.add_fault("status", path="*/runs/list", status=403, times=99)

    evidence = read(lab, cluster(lab, "secret"))

    cluster_id = lab.control.cluster_id("secret")
    whats = [each.what for each in evidence.unread]
    assert whats == [f"events of cluster {cluster_id}", "ended runs", "active runs"]
    assert (evidence.resource and evidence.resource.phase) is ResourcePhase.FAILED


def test_a_running_cluster_whose_events_cannot_be_read_is_not_taken_for_well(lab: Any) -> None:
    lab.control.add_fault("status", path="*/clusters/events", status=403, times=99)

    evidence = read(lab, cluster(lab, "running_secret"))

    assert (evidence.resource and evidence.resource.phase) is ResourcePhase.UNKNOWN


def test_a_resource_that_cannot_be_read_at_all_is_an_error(lab: Any) -> None:
    with pytest.raises(NotFoundError):
        read(lab, "cluster-nowhere")
    lab.control.add_fault("status", path="*/warehouses/*", status=403, times=99)
    with pytest.raises(PermissionDeniedError):
        read(lab, f"warehouse-{lab.control.warehouse_id('well')}")


def test_a_fatal_update_names_its_error_and_is_known_by_its_id(lab: Any) -> None:
    pipeline_id = lab.control.pipeline_id("fatal")
    lab.workspace.write(start_update(pipeline_id, "by hand"))

    evidence = read_pipeline(lab, pipeline_id)

    resource = evidence.resource
    assert resource is not None
    assert resource.phase is ResourcePhase.FAILED
    assert resource.failure in evidence.failure_key
    assert diagnose(evidence).cause is Cause.SCHEMA_MISMATCH


def read_pipeline(lab: Any, pipeline_id: str) -> Evidence:
    lab.control.wait_until(lambda: lab.workspace.list_updates(pipeline_id)[0]["state"] == "FAILED")
    return read(lab, f"pipeline-{pipeline_id}")


def test_an_update_that_the_platform_retries_is_waited_for(lab: Any) -> None:
    pipeline_id = lab.control.pipeline_id("retried")
    lab.workspace.write(start_update(pipeline_id, "by hand"))
    lab.control.wait_until(lambda: lab.workspace.list_updates(pipeline_id)[0]["state"] == "FAILED")

    with pytest.raises(StillChangingError, match=r"retries by itself|is RUNNING"):
        ResourceReader(lab.workspace, patient=False).read("default", f"pipeline-{pipeline_id}")


@pytest.mark.parametrize(
    ("name", "phase"), [("sick", ResourcePhase.FAILED), ("well", ResourcePhase.WELL)]
)
def test_a_warehouse_is_told_by_its_health(lab: Any, name: str, phase: ResourcePhase) -> None:
    evidence = read(lab, f"warehouse-{lab.control.warehouse_id(name)}")

    assert (evidence.resource and evidence.resource.phase) is phase


def test_runs_that_failed_on_a_sick_warehouse_are_found(lab: Any) -> None:
    run = lab.fail("report")

    evidence = read(lab, f"warehouse-{lab.control.warehouse_id('sick')}")

    assert [each.run_id for each in evidence.lost_runs] == [run]
    assert diagnose(evidence).cause is Cause.WAREHOUSE_UNAVAILABLE
