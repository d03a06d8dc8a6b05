"""Libraries of clusters.

A library fails as a library: the cluster stays up, and the run that wanted it fails. Uninstalling
takes effect at the next restart (docs of the libraries API).
"""

from collections.abc import Callable

from simulator.cluster_states import DOWN
from simulator.clusters import UP, Clusters
from simulator.records import About, Cluster, Json, LibraryStatus
from simulator.world import World

UNSETTLED = frozenset({"PENDING", "RESOLVING", "INSTALLING"})


class Libraries:
    """Installs, removes and tells the state. `listeners` hear when a cluster's have settled."""

    def __init__(self, world: World, clusters: Clusters) -> None:
        self._world = world
        self._clusters = clusters
        self.listeners: list[Callable[[Cluster], None]] = []
        world.clock.on("libraries_settled", self._settle)
        clusters.listeners.append(self._follow)

    def install(self, cluster_id: str, libraries: list[Json]) -> None:
        """Ask for libraries; the answer comes before they are installed."""
        cluster = self._clusters.get(cluster_id)
        for library in libraries:
            known = _find(cluster, library)
            if known is None:
                cluster.libraries.append(LibraryStatus(library=library, status="PENDING"))
            elif known.status == "FAILED":
                known.status, known.messages = "PENDING", []
        if cluster.state in UP:
            self._begin(cluster)

    def uninstall(self, cluster_id: str, libraries: list[Json]) -> None:
        """Mark for removal at the next restart; at once on a cluster that is down."""
        cluster = self._clusters.get(cluster_id)
        for library in libraries:
            known = _find(cluster, library)
            if known is not None:
                known.status = "UNINSTALL_ON_RESTART"
        if cluster.state in DOWN:
            _drop_uninstalled(cluster)

    def settled(self, cluster: Cluster) -> bool:
        """Whether nothing is being installed any more."""
        return all(item.status not in UNSETTLED for item in cluster.libraries)

    def _follow(self, cluster: Cluster) -> None:
        if cluster.state == "TERMINATED":
            _drop_uninstalled(cluster)
        elif cluster.state in {"PENDING", "RESTARTING"}:
            _drop_uninstalled(cluster)
            for item in cluster.libraries:
                item.status, item.messages = "PENDING", []
        elif cluster.state == "RUNNING":
            self._begin(cluster)

    def _begin(self, cluster: Cluster) -> None:
        waiting = [item for item in cluster.libraries if item.status == "PENDING"]
        for item in waiting:
            item.status = "INSTALLING"
        if waiting:
            self._world.clock.after(
                self._world.delays.library_install,
                "libraries_settled",
                cluster_id=cluster.cluster_id,
            )

    def _settle(self, about: About) -> None:
        cluster = self._world.state.clusters.get(str(about["cluster_id"]))
        if cluster is None or cluster.state not in UP:
            return
        for item in cluster.libraries:
            if item.status == "INSTALLING":
                self.try_to_install(item)
        for listener in self.listeners:
            listener(cluster)

    def try_to_install(self, item: LibraryStatus) -> None:
        """Let a library end as the index has it."""
        problem = self._problem(item.library)
        item.status = "FAILED" if problem else "INSTALLED"
        item.messages = [problem] if problem else []

    def _problem(self, library: Json) -> str:
        """Ask the library index; its words when it does not give the package."""
        package, _, version = _name(library).partition("==")
        for number, gap in enumerate(self._world.scenario.library_index):
            if gap.package != package or gap.version not in {"", version}:
                continue
            if self._world.still_happens("index", f"{number}", gap):
                return gap.message or (
                    f"ERROR: Could not find a version that satisfies the requirement "
                    f"{_name(library)} (from versions: none)\n"
                    f"ERROR: No matching distribution found for {_name(library)}"
                )
        return ""


def failed_libraries(cluster: Cluster) -> list[LibraryStatus]:
    """The libraries of a cluster that could not be installed."""
    return [item for item in cluster.libraries if item.status == "FAILED"]


def _name(library: Json) -> str:
    for kind, key in (("pypi", "package"), ("maven", "coordinates"), ("cran", "package")):
        if kind in library:
            return str(library[kind][key])
    return str(next(iter(library.values()), ""))


def _find(cluster: Cluster, library: Json) -> LibraryStatus | None:
    return next((item for item in cluster.libraries if item.library == library), None)


def _drop_uninstalled(cluster: Cluster) -> None:
    cluster.libraries = [
        item for item in cluster.libraries if item.status != "UNINSTALL_ON_RESTART"
    ]
