"""What bringing an all-purpose cluster back takes, by the state it is in."""

from datetime import datetime
from enum import StrEnum

from lakemend.evidence import ClusterFacts

CHANGING = frozenset({"PENDING", "RESTARTING", "RESIZING", "TERMINATING"})


class RestartMove(StrEnum):
    """The next thing to do."""

    START = "start"
    RESTART = "restart"
    WAIT = "wait"
    DONE = "done"
    STEP_ASIDE = "step_aside"
    START_FAILED = "start_failed"
    IMPOSSIBLE = "impossible"


def restart_move(
    cluster: ClusterFacts, failed_at: datetime, *, started_by_us: bool = False
) -> RestartMove:
    """Decide by state: every path ends in DONE, STEP_ASIDE, START_FAILED or IMPOSSIBLE.

    A cluster that started after the failure is healthy, whoever started it: fifty runs that died
    with one cluster need one restart. A cluster that a person stopped stays stopped.
    """
    if cluster.state in CHANGING:
        return RestartMove.WAIT
    if cluster.state == "RUNNING":
        healthy = cluster.started_at is not None and cluster.started_at > failed_at
        return RestartMove.DONE if healthy else RestartMove.RESTART
    if cluster.state == "TERMINATED":
        return _from_terminated(cluster, started_by_us=started_by_us)
    return RestartMove.IMPOSSIBLE


def start_move(cluster: ClusterFacts, *, started_by_us: bool = False) -> RestartMove:
    """Decide by state for a cluster that is to run: one that runs is left alone."""
    if cluster.state == "RUNNING":
        return RestartMove.DONE
    if cluster.state in CHANGING:
        return RestartMove.WAIT
    if cluster.state == "TERMINATED":
        return _from_terminated(cluster, started_by_us=started_by_us)
    return RestartMove.IMPOSSIBLE


def _from_terminated(cluster: ClusterFacts, *, started_by_us: bool) -> RestartMove:
    if cluster.termination_code == "USER_REQUEST":
        return RestartMove.STEP_ASIDE
    return RestartMove.START_FAILED if started_by_us else RestartMove.START
