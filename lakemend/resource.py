"""How a cluster, pipeline or warehouse stands, and how its incident ends without a recovery."""

from lakemend.compute.cluster_health import driver_trouble
from lakemend.diagnosis.codes import cluster_codes
from lakemend.evidence import (
    ClusterEvent,
    ClusterFacts,
    ComputeKind,
    Evidence,
    ResourceFacts,
    ResourcePhase,
    UpdateFacts,
    WarehouseFacts,
)
from lakemend.incident import Ending, Outcome

CHANGING = frozenset({"PENDING", "RESTARTING", "STARTING", "STOPPING", "TERMINATING"})
"""States that end by themselves within minutes: what follows decides."""

_UP = frozenset({"RUNNING", "RESIZING"})
_ENDED_WELL = frozenset({"INACTIVITY", "JOB_FINISHED", "USER_REQUEST"})


def ended_well(code: str, type_: str) -> bool:
    """Whether a termination reason is no failure: the code decides, its type where it is new."""
    return code in _ENDED_WELL or (type_ == "SUCCESS" and code not in cluster_codes())


def cluster_phase(cluster: ClusterFacts, last_end: ClusterEvent | None) -> ResourcePhase:
    """Tell how a cluster stands; `last_end` is the newest end by a failure in its event log."""
    if cluster.state in _UP:
        if driver_trouble(cluster):
            return ResourcePhase.FAILED
        return ResourcePhase.BACK if last_end else ResourcePhase.WELL
    if cluster.state == "TERMINATED" and cluster.termination_code:
        well = ended_well(cluster.termination_code, cluster.termination_type)
        return ResourcePhase.ENDED if well else ResourcePhase.FAILED
    return ResourcePhase.UNKNOWN


def pipeline_phase(updates: tuple[UpdateFacts, ...], *, continuous: bool) -> ResourcePhase:
    """Tell how a pipeline stands by its updates, newest first; an active one has been waited for.

    A continuous pipeline has no end to wait for: that its update runs is all there is to see.
    """
    failed_before = any(each.state == "FAILED" for each in updates[1:2])
    works = ResourcePhase.BACK if failed_before else ResourcePhase.WELL
    by_state = {
        "COMPLETED": works,
        "CANCELED": ResourcePhase.ENDED,
        "FAILED": ResourcePhase.FAILED,
    }
    if not updates:
        return ResourcePhase.UNKNOWN
    running = works if continuous else ResourcePhase.UNKNOWN
    return by_state.get(updates[0].state, running)


def warehouse_phase(warehouse: WarehouseFacts) -> ResourcePhase:
    """Tell how a warehouse stands by state and health."""
    code = warehouse.failure.partition(":")[0]
    failed = bool(code) and not ended_well(code, "")
    if warehouse.state == "RUNNING":
        by_health = {
            "HEALTHY": ResourcePhase.WELL,
            "DEGRADED": ResourcePhase.FAILED,
            "FAILED": ResourcePhase.FAILED,
        }
        return by_health.get(warehouse.health, ResourcePhase.UNKNOWN)
    if warehouse.state == "STOPPED":
        return ResourcePhase.FAILED if failed else ResourcePhase.ENDED
    return ResourcePhase.ENDED if warehouse.state == "DELETED" else ResourcePhase.UNKNOWN


def doubted(ending: Ending, evidence: Evidence) -> Ending:
    """Take no resource for recovered with all that died with it where not all could be read."""
    if ending.outcome is not Outcome.RECOVERED or not (evidence.resource and evidence.unread):
        return ending
    unread = ", ".join(each.what for each in evidence.unread)
    message = f"{ending.message} But what died with it is not known: {unread} could not be read."
    return Ending(outcome=Outcome.ESCALATED, message=message)


def ending_of_resource(resource: ResourceFacts, *, runs: int) -> Ending | None:
    """Say how it ends when there is nothing to bring back; None when it failed and stays so.

    A job cluster is made anew by the repair of its run, and a failed update that belonged to a run
    is started anew by that run's repair: `runs` is how many died with it.
    """
    said = resource.said
    match resource.phase:
        case ResourcePhase.UNKNOWN:
            message = f"Its state says neither that it works nor why it does not: {said}."
            return Ending(outcome=Outcome.ESCALATED, message=message)
        case ResourcePhase.WELL:
            return Ending(outcome=Outcome.OBSERVED, message=f"It works, nothing failed: {said}.")
        case ResourcePhase.ENDED:
            message = f"It did not end by a failure, and was left alone: {said}."
            return Ending(outcome=Outcome.OBSERVED, message=message)
        case ResourcePhase.BACK:
            return Ending(outcome=Outcome.SUPERSEDED, message=f"It works again: {said}.")
        case ResourcePhase.FAILED:
            return _left_to_its_runs(resource, runs)


def _left_to_its_runs(resource: ResourceFacts, runs: int) -> Ending | None:
    if resource.compute.kind is ComputeKind.JOB_CLUSTER:
        message = f"A job cluster is made anew by the repair of its run: {resource.said}."
        return Ending(outcome=Outcome.OBSERVED, message=message)
    if resource.compute.kind is ComputeKind.PIPELINE and runs:
        message = f"The repair of its run starts the update anew: {resource.said}."
        return Ending(outcome=Outcome.OBSERVED, message=message)
    return None
