"""Bring an all-purpose cluster back to RUNNING."""

from temporalio import activity

from activities.actions.action import Try
from activities.actions.cluster_move import ClusterMoves
from lakemend import actions
from lakemend.compute.cluster_restart import RestartMove, restart_move
from lakemend.evidence import ClusterFacts


class RestartCluster(ClusterMoves[actions.RestartCluster]):
    """A cluster that started after the failure is well already, whoever started it."""

    name = "restart_cluster"
    parameters = actions.RestartCluster

    def move(self, tried: Try[actions.RestartCluster], cluster: ClusterFacts) -> RestartMove:
        """Start it when terminated, restart it when it has been running since the failure."""
        since = tried.step.failed_at or activity.info().scheduled_time
        return restart_move(cluster, since, started_by_us=tried.accepted)
