"""No library of the all-purpose clusters failed."""

from activities.checks.check import Check, Patient
from activities.checks.cluster_running import NO_CLUSTER
from activities.reading.cluster import cluster_facts, failed_first, library_facts
from activities.workspace import Workspace
from lakemend.compute.cluster_health import Health, libraries_health
from lakemend.evidence import ClusterFacts
from lakemend.incident import HealthCheckResult


class LibrariesInstalled(Check):
    """Waits while one is on its way."""

    name = "libraries_installed"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read the libraries of each."""
        verdicts: dict[str, Health] = {}
        for cluster_id in patient.request.cluster_ids:
            cluster = _with_libraries(patient.workspace, cluster_id)
            states = ", ".join(f"{each.library} {each.status}" for each in cluster.libraries)
            said = f"cluster {cluster_id}: {states or 'no libraries'}"
            verdicts[said] = libraries_health(cluster)
        return self.conclude(verdicts, NO_CLUSTER)


def _with_libraries(workspace: Workspace, cluster_id: str) -> ClusterFacts:
    cluster = cluster_facts(workspace.get_cluster(cluster_id))
    found = failed_first(map(library_facts, workspace.library_statuses(cluster_id)))
    return cluster.model_copy(update={"libraries": found})
