from datetime import UTC, datetime, timedelta

import pytest

from lakemend.compute.cluster_restart import RestartMove, restart_move
from lakemend.evidence import ClusterFacts

FAILED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def cluster(state: str, *, started: int | None = None, code: str = "") -> ClusterFacts:
    started_at = None if started is None else FAILED_AT + timedelta(minutes=started)
    return ClusterFacts(cluster_id="c", state=state, started_at=started_at, termination_code=code)


@pytest.mark.parametrize("state", ["PENDING", "RESTARTING", "RESIZING", "TERMINATING"])
def test_cluster_on_its_way_is_waited_for(state: str) -> None:
    assert restart_move(cluster(state), FAILED_AT) is RestartMove.WAIT


def test_cluster_that_started_after_the_failure_is_left_alone() -> None:
    assert restart_move(cluster("RUNNING", started=1), FAILED_AT) is RestartMove.DONE


@pytest.mark.parametrize("started", [-60, 0, None])
def test_cluster_running_since_before_the_failure_is_restarted(started: int | None) -> None:
    assert restart_move(cluster("RUNNING", started=started), FAILED_AT) is RestartMove.RESTART


@pytest.mark.parametrize("code", ["INACTIVITY", "CLOUD_PROVIDER_SHUTDOWN", ""])
def test_terminated_cluster_is_started(code: str) -> None:
    assert restart_move(cluster("TERMINATED", code=code), FAILED_AT) is RestartMove.START


def test_cluster_that_a_person_stopped_stays_stopped() -> None:
    stopped = cluster("TERMINATED", code="USER_REQUEST")

    assert restart_move(stopped, FAILED_AT) is RestartMove.STEP_ASIDE


def test_start_that_failed_is_not_tried_over_and_over() -> None:
    dead = cluster("TERMINATED", code="CLOUD_PROVIDER_LAUNCH_FAILURE")

    assert restart_move(dead, FAILED_AT, started_by_us=True) is RestartMove.START_FAILED


@pytest.mark.parametrize("state", ["ERROR", "UNKNOWN", "", "SOMETHING_NEW"])
def test_state_without_a_way_out_is_impossible(state: str) -> None:
    assert restart_move(cluster(state), FAILED_AT) is RestartMove.IMPOSSIBLE
