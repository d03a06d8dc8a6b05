"""Clusters: the calls, and in which states each is allowed."""

from copy import deepcopy

from simulator.cluster_states import ClusterStates
from simulator.errors import InvalidParameterError, InvalidStateError
from simulator.ids import next_cluster_id
from simulator.model.machine import Machine, machine_of, workers_of
from simulator.records import Actor, Cluster, Edit, Json, LibraryStatus, TerminationReason
from simulator.world import World

UP = frozenset({"RUNNING", "RESIZING"})
USER_REQUEST = TerminationReason(code="USER_REQUEST", type="SUCCESS")
JOB_FINISHED = TerminationReason(code="JOB_FINISHED", type="SUCCESS")


class Clusters:
    """All clusters of the workspace. `listeners` hear of every change of state."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._states = ClusterStates(world)
        self.listeners = self._states.listeners

    def get(self, cluster_id: str) -> Cluster:
        """Find a cluster; raises InvalidParameterError."""
        cluster = self._world.state.clusters.get(cluster_id)
        if cluster is None:
            raise InvalidParameterError(f"Cluster {cluster_id} does not exist")
        return cluster

    def create(self, spec: Json, source: str, name: str = "") -> Cluster:
        """Make a cluster and let it start; job clusters have the source JOB."""
        self._check_types(spec)
        cluster = Cluster(
            cluster_id=next_cluster_id(self._world.state),
            spec=deepcopy(spec),
            wanted=deepcopy(spec),
            source=source,
            state="PENDING",
            creator=self._world.scenario.user,
            start_time=self._world.clock.milliseconds,
            name_in_scenario=name,
        )
        self._world.state.clusters[cluster.cluster_id] = cluster
        self._states.event(cluster, "CREATING", user=cluster.creator)
        self._states.begin_start(cluster)
        return cluster

    def start(self, cluster_id: str) -> None:
        """Start a terminated cluster; any other state is refused."""
        cluster = self._all_purpose(cluster_id, "started")
        self._require(cluster, {"TERMINATED"})
        cluster.start_time = self._world.clock.milliseconds
        cluster.reason, cluster.terminated_time, cluster.state_message = None, 0, "Starting Spark"
        self._states.event(cluster, "STARTING", user=self._world.scenario.user)
        self._states.begin_start(cluster)

    def restart(self, cluster_id: str) -> None:
        """Restart a running cluster, ending everything that runs on it."""
        cluster = self._all_purpose(cluster_id, "restarted")
        self._require(cluster, {"RUNNING"})
        self._states.begin_restart(cluster)

    def edit(self, cluster_id: str, spec: Json, by: Actor = "api") -> None:
        """Replace all attributes; a running cluster is restarted with them."""
        self._change_spec(self._all_purpose(cluster_id, "edited"), spec, by, "edit")

    def update(self, cluster_id: str, changes: Json, mask: str, by: Actor = "api") -> None:
        """Replace the attributes that `mask` names; those missing in `changes` are removed."""
        cluster = self._all_purpose(cluster_id, "updated")
        spec = deepcopy(cluster.spec)
        names = list(changes) if mask == "*" else [name.strip() for name in mask.split(",")]
        for name in names:
            _put(spec, name.split("."), changes)
        self._change_spec(cluster, spec, by, "update")

    def resize(self, cluster_id: str, size: Json) -> None:
        """Change the number of workers of a running cluster."""
        cluster = self.get(cluster_id)
        self._require(cluster, {"RUNNING"})
        before = workers_of(cluster.spec)
        cluster.target_workers = workers_of(size)
        cluster.edits.append(self._edit("api", "resize"))
        self._states.event(
            cluster, "RESIZING", current_num_workers=before, target_num_workers=workers_of(size)
        )
        kind = "autoscale" if "autoscale" in size else "num_workers"
        cluster.spec.pop("autoscale" if kind == "num_workers" else "num_workers", None)
        cluster.spec[kind] = deepcopy(size[kind])
        self._states.begin_resize(cluster)

    def terminate(self, cluster_id: str, reason: TerminationReason = USER_REQUEST) -> None:
        """End a cluster; one that is ended or ending stays as it is."""
        self._states.terminate(self.get(cluster_id), reason)

    def permanently_delete(self, cluster_id: str) -> None:
        """Remove a cluster for good; recovery must never ask for it."""
        self.terminate(cluster_id)
        del self._world.state.clusters[cluster_id]

    def machine(self, cluster_id: str) -> Machine:
        """Describe a running cluster as what decides whether a task passes."""
        cluster = self.get(cluster_id)
        return machine_of(
            cluster_id,
            self._world.with_pool_types(cluster.spec),
            self._world.node_types.get,
            on_demand=cluster.on_demand,
            library_versions=_versions(cluster.libraries),
        )

    def _change_spec(self, cluster: Cluster, spec: Json, by: Actor, call: str) -> None:
        self._require(cluster, {"RUNNING", "TERMINATED"})
        self._check_types(spec)
        cluster.spec = deepcopy(spec)
        if by == "person":
            cluster.wanted = deepcopy(spec)
        cluster.edits.append(self._edit(by, call))
        self._states.event(
            cluster, "EDITED", attributes=deepcopy(spec), user=self._world.scenario.user
        )
        if cluster.state == "RUNNING":
            self._states.begin_restart(cluster)

    def _check_types(self, spec: Json) -> None:
        """Refuse a cluster that names no node type, or one that does not exist."""
        described = self._world.with_pool_types(spec)
        self._world.node_types.get(str(described.get("node_type_id", "")))
        if described.get("driver_node_type_id"):
            self._world.node_types.get(str(described["driver_node_type_id"]))

    def _all_purpose(self, cluster_id: str, verb: str) -> Cluster:
        cluster = self.get(cluster_id)
        if cluster.source == "JOB":
            raise InvalidParameterError(
                f"Cluster {cluster_id} was created by the job service and cannot be {verb}."
            )
        return cluster

    def _require(self, cluster: Cluster, states: set[str]) -> None:
        if cluster.state not in states:
            raise InvalidStateError(
                f"Cluster {cluster.cluster_id} is in unexpected state {cluster.state.title()}."
            )

    def _edit(self, by: Actor, call: str) -> Edit:
        return Edit(at=self._world.clock.milliseconds, by=by, call=call)


def _put(spec: Json, path: list[str], changes: Json) -> None:
    source: Json = changes
    target: Json = spec
    for part in path[:-1]:
        source, target = source.get(part) or {}, target.setdefault(part, {})
    if path[-1] in source:
        target[path[-1]] = deepcopy(source[path[-1]])
    else:
        target.pop(path[-1], None)


def _versions(libraries: list[LibraryStatus]) -> dict[str, str]:
    """Versions of the installed Python packages, as `package==version` pins them."""
    pins = (
        str(item.library.get("pypi", {}).get("package", "")).partition("==")
        for item in libraries
        if item.status == "INSTALLED"
    )
    return {package: version for package, _, version in pins if package}
