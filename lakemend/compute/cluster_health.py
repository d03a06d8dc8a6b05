"""Whether an all-purpose cluster is well after a recovery."""

from enum import StrEnum

from lakemend.compute.cluster_restart import CHANGING
from lakemend.evidence import ClusterFacts

_INSTALLING = frozenset({"PENDING", "RESOLVING", "INSTALLING", "RESTORED"})
_RESTED = "INACTIVITY"


class Health(StrEnum):
    """What a look at a cluster says; `undecided` asks for another look."""

    WELL = "well"
    UNWELL = "unwell"
    UNDECIDED = "undecided"


def cluster_health(cluster: ClusterFacts) -> Health:
    """A cluster is well when it runs, or has run and was put to rest for inactivity.

    A job cluster ends with its run: the run's success says all there is to say about it.
    """
    if cluster.source == "JOB" or cluster.state in {"RUNNING", "RESIZING"}:
        return Health.WELL
    if cluster.state in {"TERMINATED", "TERMINATING"} and cluster.termination_code == _RESTED:
        return Health.WELL
    return Health.UNDECIDED if cluster.state in CHANGING else Health.UNWELL


def libraries_health(cluster: ClusterFacts) -> Health:
    """Libraries are well when none failed; on a cluster that does not run there are none to see."""
    statuses = {each.status for each in cluster.libraries}
    if "FAILED" in statuses:
        return Health.UNWELL
    running = cluster.state in {"RUNNING", "RESIZING"}
    return Health.UNDECIDED if running and statuses & _INSTALLING else Health.WELL
