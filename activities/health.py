"""Health checks: one activity that looks at what a recovery should have brought back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from activities.errors import StillChangingError, told_to_temporal
from activities.reading.cluster import cluster_facts, libraries
from activities.reading.run_end import run_end
from activities.workspace import Workspace, Workspaces
from lakemend.compute.cluster_health import Health, cluster_health, libraries_health
from lakemend.errors import WaitingIsUselessError
from lakemend.evidence import ClusterFacts
from lakemend.health import RUN_SUCCEEDED, run_succeeded
from lakemend.incident import HealthCheckResult
from lakemend.step import HealthRequest

_SOON = timedelta(seconds=5)  # within the minute that a health check usually has


@dataclass(frozen=True)
class Patient:
    """What a check looks at."""

    workspace: Workspace
    request: HealthRequest


Check = Callable[[Patient], HealthCheckResult]


class HealthActivities:
    """Runs the checks that a playbook names."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    @activity.defn
    def check_health(self, request: HealthRequest) -> list[HealthCheckResult]:
        """Run every check; one that is unknown, forbidden, or finds nothing there has not passed.

        Lost calls and clusters on their way fail the activity: its next try looks again, until the
        time for health checks is over.
        """
        with told_to_temporal():
            patient = Patient(self._workspaces.of(request.workspace), request)
            return [_run(name, patient) for name in request.checks]


def _run(name: str, patient: Patient) -> HealthCheckResult:
    check = CHECKS.get(name)
    if check is None:
        return HealthCheckResult(check=name, passed=False, message="there is no such check")
    try:
        return check(patient)
    except WaitingIsUselessError as error:
        return HealthCheckResult(check=name, passed=False, message=f"could not be read: {error}")


def _run_succeeded(patient: Patient) -> HealthCheckResult:
    request = patient.request
    end = run_end(request.workspace, patient.workspace.get_run(request.run_id))
    if request.repair_id and end.latest_repair_id != request.repair_id:
        message = f"repair {request.repair_id} is not the run's newest one"
        return HealthCheckResult(check=RUN_SUCCEEDED, passed=False, message=message)
    return run_succeeded(request.failed_tasks, end)


def _cluster_running(patient: Patient) -> HealthCheckResult:
    verdicts: dict[str, Health] = {}
    for cluster_id in patient.request.cluster_ids:
        cluster = cluster_facts(patient.workspace.get_cluster(cluster_id))
        verdicts[f"cluster {cluster_id} is {cluster.state}"] = cluster_health(cluster)
    return _conclude("cluster_running", verdicts)


def _libraries_installed(patient: Patient) -> HealthCheckResult:
    verdicts: dict[str, Health] = {}
    for cluster_id in patient.request.cluster_ids:
        cluster = _with_libraries(patient.workspace, cluster_id)
        states = ", ".join(f"{each.library} {each.status}" for each in cluster.libraries)
        verdicts[f"cluster {cluster_id}: {states or 'no libraries'}"] = libraries_health(cluster)
    return _conclude("libraries_installed", verdicts)


def _with_libraries(workspace: Workspace, cluster_id: str) -> ClusterFacts:
    cluster = cluster_facts(workspace.get_cluster(cluster_id))
    found = libraries(workspace.library_statuses(cluster_id))
    return cluster.model_copy(update={"libraries": found})


def _conclude(check: str, verdicts: dict[str, Health]) -> HealthCheckResult:
    """Pass when all are well; without an all-purpose cluster there is nothing to look at."""
    unwell = [said for said, health in verdicts.items() if health is Health.UNWELL]
    undecided = [said for said, health in verdicts.items() if health is Health.UNDECIDED]
    if undecided and not unwell:
        raise StillChangingError("; ".join(undecided), _SOON)
    said = unwell or list(verdicts) or ["the failed tasks used no all-purpose cluster"]
    return HealthCheckResult(check=check, passed=not unwell, message="; ".join(said))


CHECKS: dict[str, Check] = {
    "cluster_running": _cluster_running,
    "libraries_installed": _libraries_installed,
    RUN_SUCCEEDED: _run_succeeded,
}
