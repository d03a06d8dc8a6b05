from datetime import UTC, datetime, timedelta

import pytest

from lakemend.evidence import (
    ClusterEvent,
    ClusterFacts,
    Compute,
    ComputeKind,
    Evidence,
    ResourceFacts,
    ResourcePhase,
    Unread,
    UpdateFacts,
    WarehouseFacts,
)
from lakemend.incident import Ending, Outcome
from lakemend.resource import (
    cluster_phase,
    doubted,
    ending_of_resource,
    pipeline_phase,
    warehouse_phase,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
END = ClusterEvent(at=NOON, type="TERMINATING", reason_code="COMMUNICATION_LOST")
SILENT = ClusterEvent(at=NOON + timedelta(hours=1), type="DRIVER_NOT_RESPONDING")
HEALTHY = ClusterEvent(at=NOON + timedelta(hours=2), type="DRIVER_HEALTHY")


def ended(code: str, type_: str = "") -> ClusterFacts:
    return ClusterFacts(
        cluster_id="c", state="TERMINATED", termination_code=code, termination_type=type_
    )


@pytest.mark.parametrize(
    ("cluster", "last_end", "phase"),
    [
        (ended("COMMUNICATION_LOST", "CLOUD_FAILURE"), END, ResourcePhase.FAILED),
        (ended("INACTIVITY", "SUCCESS"), None, ResourcePhase.ENDED),
        (ended("USER_REQUEST", "SUCCESS"), None, ResourcePhase.ENDED),
        (ended("JOB_FINISHED", "SUCCESS"), None, ResourcePhase.ENDED),
        (ended("A_NEW_CODE", "SUCCESS"), None, ResourcePhase.ENDED),
        (ended("A_NEW_CODE", "CLOUD_FAILURE"), END, ResourcePhase.FAILED),
        (ended("SPOT_INSTANCE_TERMINATION", "SUCCESS"), END, ResourcePhase.FAILED),
        (ended(""), None, ResourcePhase.UNKNOWN),
        (ClusterFacts(cluster_id="c", state="ERROR"), None, ResourcePhase.UNKNOWN),
        (ClusterFacts(cluster_id="c", state="RUNNING"), None, ResourcePhase.WELL),
        (ClusterFacts(cluster_id="c", state="RUNNING"), END, ResourcePhase.BACK),
        (
            ClusterFacts(cluster_id="c", state="RUNNING", events=(SILENT,)),
            None,
            ResourcePhase.FAILED,
        ),
        (
            ClusterFacts(cluster_id="c", state="RUNNING", events=(SILENT, HEALTHY)),
            None,
            ResourcePhase.WELL,
        ),
    ],
)
def test_the_code_of_its_end_tells_how_a_cluster_stands(
    cluster: ClusterFacts, last_end: ClusterEvent | None, phase: ResourcePhase
) -> None:
    assert cluster_phase(cluster, last_end) is phase


@pytest.mark.parametrize(
    ("states", "continuous", "phase"),
    [
        (["FAILED", "COMPLETED"], False, ResourcePhase.FAILED),
        (["COMPLETED", "FAILED"], False, ResourcePhase.BACK),
        (["COMPLETED"], False, ResourcePhase.WELL),
        (["CANCELED", "FAILED"], False, ResourcePhase.ENDED),
        (["RUNNING", "FAILED"], True, ResourcePhase.BACK),
        (["SOMETHING_NEW"], False, ResourcePhase.UNKNOWN),
        ([], False, ResourcePhase.UNKNOWN),
    ],
)
def test_the_newest_update_tells_how_a_pipeline_stands(
    states: list[str], continuous: bool, phase: ResourcePhase
) -> None:
    updates = tuple(UpdateFacts(update_id=str(n), state=each) for n, each in enumerate(states))

    assert pipeline_phase(updates, continuous=continuous) is phase


@pytest.mark.parametrize(
    ("state", "health", "failure", "phase"),
    [
        ("RUNNING", "HEALTHY", "", ResourcePhase.WELL),
        ("RUNNING", "DEGRADED", "", ResourcePhase.FAILED),
        ("RUNNING", "", "", ResourcePhase.UNKNOWN),
        ("STOPPED", "", "", ResourcePhase.ENDED),
        ("STOPPED", "", "INACTIVITY", ResourcePhase.ENDED),
        ("STOPPED", "FAILED", "CLOUD_PROVIDER_LAUNCH_FAILURE: no", ResourcePhase.FAILED),
        ("DELETED", "", "", ResourcePhase.ENDED),
        ("DREAMING", "", "", ResourcePhase.UNKNOWN),
    ],
)
def test_state_and_health_tell_how_a_warehouse_stands(
    state: str, health: str, failure: str, phase: ResourcePhase
) -> None:
    warehouse = WarehouseFacts(warehouse_id="w", state=state, health=health, failure=failure)

    assert warehouse_phase(warehouse) is phase


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [
        (ResourcePhase.UNKNOWN, Outcome.ESCALATED),
        (ResourcePhase.WELL, Outcome.OBSERVED),
        (ResourcePhase.ENDED, Outcome.OBSERVED),
        (ResourcePhase.BACK, Outcome.SUPERSEDED),
        (ResourcePhase.FAILED, None),
    ],
)
def test_only_what_failed_and_stays_so_is_brought_back(
    phase: ResourcePhase, outcome: Outcome | None
) -> None:
    resource = ResourceFacts(
        resource="cluster-c", compute=Compute(kind=ComputeKind.ALL_PURPOSE), phase=phase
    )

    ending = ending_of_resource(resource, runs=3)

    assert (ending.outcome if ending else None) is outcome


@pytest.mark.parametrize("kind", [ComputeKind.JOB_CLUSTER, ComputeKind.PIPELINE])
def test_what_the_repair_of_its_run_brings_back_is_left_to_that(kind: ComputeKind) -> None:
    resource = ResourceFacts(resource="x-1", compute=Compute(kind=kind), phase=ResourcePhase.FAILED)

    ending = ending_of_resource(resource, runs=1)

    assert ending is not None
    assert ending.outcome is Outcome.OBSERVED


@pytest.mark.parametrize(
    ("unread", "outcome"),
    [((), Outcome.RECOVERED), ((Unread(what="ended runs", why="403"),), Outcome.ESCALATED)],
)
def test_what_died_with_it_must_be_known_before_all_is_called_recovered(
    unread: tuple[Unread, ...], outcome: Outcome
) -> None:
    resource = ResourceFacts(resource="cluster-c")
    evidence = Evidence(workspace="default", read_at=NOON, resource=resource, unread=unread)
    ending = Ending(outcome=Outcome.RECOVERED, message="It works.")

    assert doubted(ending, evidence).outcome is outcome


def test_a_failure_is_told_from_the_next_by_its_time_and_update() -> None:
    resource = ResourceFacts(resource="pipeline-p", failed_at=NOON, failure="u1")
    without_history = ResourceFacts(resource="warehouse-w")

    assert resource.failure_key(NOON) == "pipeline-p/u1/2026-05-04T12:00:00+00:00"
    assert without_history.failure_key(NOON) != without_history.failure_key(HEALTHY.at)
