"""Start an all-purpose cluster, and wait until it runs."""

from activities.actions.action import Try
from activities.actions.cluster_move import ClusterMoves
from lakemend import actions
from lakemend.compute.cluster_restart import RestartMove, start_move
from lakemend.evidence import ClusterFacts


class StartCluster(ClusterMoves[actions.StartCluster]):
    """Never interrupts anybody: a cluster that runs is left as it is."""

    name = "start_cluster"
    parameters = actions.StartCluster

    def move(self, tried: Try[actions.StartCluster], cluster: ClusterFacts) -> RestartMove:
        """Start it from TERMINATED, wait out every state on the way."""
        return start_move(cluster, started_by_us=tried.accepted)
