"""The all-purpose clusters of the failed tasks run."""

from activities.checks.check import Check, Patient
from activities.reading.cluster import cluster_facts
from lakemend.compute.cluster_health import Health, cluster_health
from lakemend.incident import HealthCheckResult

NO_CLUSTER = "the failed tasks used no all-purpose cluster"


class ClusterRunning(Check):
    """A cluster that was put to rest for inactivity after its work is well."""

    name = "cluster_running"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read the state of each."""
        verdicts: dict[str, Health] = {}
        for cluster_id in patient.request.cluster_ids:
            cluster = cluster_facts(patient.workspace.get_cluster(cluster_id))
            verdicts[f"cluster {cluster_id} is {cluster.state}"] = cluster_health(cluster)
        return self.conclude(verdicts, NO_CLUSTER)
