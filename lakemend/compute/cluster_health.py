"""Whether an all-purpose cluster is well after a recovery."""

from enum import StrEnum

from lakemend.compute.cluster_restart import CHANGING
from lakemend.evidence import ClusterEvent, ClusterFacts

_INSTALLING = frozenset({"PENDING", "RESOLVING", "INSTALLING", "RESTORED"})
_RESTED = "INACTIVITY"
_DRIVER_IS_GONE = frozenset({"DRIVER_NOT_RESPONDING", "DRIVER_UNAVAILABLE"})
_DRIVER_ANSWERS = frozenset({"DRIVER_HEALTHY", "RUNNING"})


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


def driver_trouble(cluster: ClusterFacts) -> ClusterEvent | None:
    """Return the event since which the driver of a running cluster has not answered."""
    for event in sorted(cluster.events, key=lambda each: each.at, reverse=True):
        if event.type in _DRIVER_ANSWERS:
            return None
        if event.type in _DRIVER_IS_GONE:
            return event
    return None


def driver_health(cluster: ClusterFacts) -> Health:
    """A driver is well when its cluster runs and no newer event says that it does not answer."""
    if cluster.state not in {"RUNNING", "RESIZING"}:
        return Health.UNDECIDED if cluster.state in CHANGING else Health.UNWELL
    return Health.UNDECIDED if driver_trouble(cluster) else Health.WELL


def libraries_health(cluster: ClusterFacts) -> Health:
    """Libraries are well when none failed; on a cluster that does not run there are none to see."""
    statuses = {each.status for each in cluster.libraries}
    if "FAILED" in statuses:
        return Health.UNWELL
    running = cluster.state in {"RUNNING", "RESIZING"}
    return Health.UNDECIDED if running and statuses & _INSTALLING else Health.WELL
