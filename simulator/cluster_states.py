"""The state machine of clusters.

PENDING -> RUNNING | TERMINATING; RUNNING -> RESIZING | RESTARTING | TERMINATING;
RESTARTING -> RUNNING | TERMINATING; RESIZING -> RUNNING | TERMINATING; TERMINATING -> TERMINATED;
TERMINATED -> PENDING (docs of the clusters API, `State`).
"""

from collections.abc import Callable

from simulator.launch import Launch
from simulator.model.machine import workers_of
from simulator.records import About, Cluster, TerminationReason
from simulator.world import World

Listener = Callable[[Cluster], None]
DOWN = frozenset({"TERMINATING", "TERMINATED", "ERROR"})


class ClusterStates:
    """Moves clusters from state to state. `listeners` hear of every change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._launch = Launch(world)
        self.listeners: list[Listener] = []
        world.clock.on("cluster_up", self._come_up)
        world.clock.on("cluster_down", self._go_down)
        world.clock.on("cluster_resized", self._be_resized)

    def terminate(self, cluster: Cluster, reason: TerminationReason) -> None:
        """End a cluster; one that is ended or ending stays as it is."""
        if cluster.state in DOWN:
            return
        cluster.reason = reason
        cluster.state_message = _told(reason)
        # The change is told to listeners after the event is written: they may read it.
        self.event(cluster, "TERMINATING", reason=reason.model_dump())
        self._turn(cluster, "TERMINATING")
        self._later(cluster, "cluster_down")

    def begin_start(self, cluster: Cluster) -> None:
        """Go to PENDING; RUNNING follows unless the launch fails."""
        cluster.starts += 1
        self._turn(cluster, "PENDING")
        self._later(cluster, "cluster_up")

    def begin_restart(self, cluster: Cluster) -> None:
        """Go to RESTARTING, ending what runs there; RUNNING follows unless the launch fails."""
        cluster.restarts += 1
        cluster.last_restarted_time = self._world.clock.milliseconds
        self.event(cluster, "RESTARTING", user=self._world.scenario.user)
        self._turn(cluster, "RESTARTING")
        self._later(cluster, "cluster_up")

    def _come_up(self, about: About) -> None:
        cluster = self._current(about)
        if cluster is None:
            return
        failed = self._launch.attempt(cluster)
        if failed is not None:
            self.terminate(cluster, failed)
            return
        workers = workers_of(cluster.spec)
        cluster.state_message = ""
        self.event(cluster, "RUNNING", current_num_workers=workers, target_num_workers=workers)
        self.event(cluster, "DRIVER_HEALTHY")
        self._turn(cluster, "RUNNING")

    def _go_down(self, about: About) -> None:
        cluster = self._current(about)
        if cluster is None:
            return
        cluster.terminated_time = self._world.clock.milliseconds
        self._turn(cluster, "TERMINATED")

    def _be_resized(self, about: About) -> None:
        cluster = self._current(about)
        if cluster is None:
            return
        workers = workers_of(cluster.spec)
        refused = self._launch.more_machines(cluster)
        kind = "ADD_NODES_FAILED" if refused else "UPSIZE_COMPLETED"
        self.event(cluster, kind, current_num_workers=workers, target_num_workers=workers)
        self._turn(cluster, "RUNNING")

    def _turn(self, cluster: Cluster, state: str) -> None:
        cluster.state = state
        cluster.generation += 1
        for listener in self.listeners:
            listener(cluster)

    def _later(self, cluster: Cluster, kind: str) -> None:
        delays = self._world.delays
        wait = {
            "cluster_down": delays.cluster_stop,
            "cluster_resized": delays.cluster_resize,
            "cluster_up": delays.cluster_restart
            if cluster.state == "RESTARTING"
            else delays.cluster_start,
        }[kind]
        self._world.clock.after(
            wait, kind, cluster_id=cluster.cluster_id, generation=cluster.generation
        )

    def _current(self, about: About) -> Cluster | None:
        """The timer's cluster, unless it went another way since the timer was set."""
        cluster = self._world.state.clusters.get(str(about["cluster_id"]))
        if cluster is None or cluster.generation != about["generation"]:
            return None
        return cluster

    def begin_resize(self, cluster: Cluster) -> None:
        """Go to RESIZING; RUNNING follows."""
        self._turn(cluster, "RESIZING")
        self._later(cluster, "cluster_resized")

    def event(self, cluster: Cluster, kind: str, **details: object) -> None:
        """Add a line to the cluster's event log."""
        cluster.events.append(
            {
                "cluster_id": cluster.cluster_id,
                "timestamp": self._world.clock.milliseconds,
                "type": kind,
                "details": details,
            }
        )


def _told(reason: TerminationReason) -> str:
    words = reason.parameters.get("databricks_error_message", "")
    return f"Cluster was terminated. Reason: {reason.code} ({reason.type}). {words}".strip()
