"""The drivers of the all-purpose clusters answer."""

from activities.checks.check import Check, Patient
from activities.checks.cluster_running import NO_CLUSTER
from activities.reading.cluster import cluster_facts, event_facts
from activities.workspace import Workspace
from lakemend.compute.cluster_health import Health, driver_health
from lakemend.evidence import ClusterFacts
from lakemend.incident import HealthCheckResult


class DriverAnswering(Check):
    """A cluster may run while its driver does not answer: its event log tells.

    It passes for a cluster that runs, and for no other.
    """

    name = "driver_answering"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read the state and the newest events of each."""
        verdicts: dict[str, Health] = {}
        for cluster_id in patient.request.cluster_ids:
            cluster = _with_events(patient.workspace, cluster_id)
            health = driver_health(cluster)
            told = "answers" if health is Health.WELL else "is not known to answer"
            verdicts[f"cluster {cluster_id} is {cluster.state}, its driver {told}"] = health
        return self.conclude(verdicts, NO_CLUSTER)


def _with_events(workspace: Workspace, cluster_id: str) -> ClusterFacts:
    cluster = cluster_facts(workspace.get_cluster(cluster_id))
    events = tuple(event_facts(each) for each in workspace.cluster_events(cluster_id))
    return cluster.model_copy(update={"events": events})
