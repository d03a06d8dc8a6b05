"""An all-purpose cluster: others are on it, and an edit restarts it."""

from collections.abc import Iterator
from datetime import timedelta

from activities.errors import StillChangingError
from activities.resources.active_runs import active_runs_on, listed
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import resize_cluster, update_cluster
from lakemend.compute.cluster_restart import CHANGING
from lakemend.compute.raw_settings import cluster_attributes
from lakemend.errors import InvalidRequestError, InvalidStateError
from lakemend.step import Target

_SIZE = frozenset({"autoscale", "num_workers"})
_SOON = timedelta(seconds=10)  # a state lasts minutes; a shared cluster is worth a prompt look
_WHEN_IDLE = timedelta(minutes=1)  # other people's runs take as long as they take


class ClusterResource:
    """The attributes of one all-purpose cluster that a person can set."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace = workspace
        self._id = target.id
        self.name = target.resource

    def read(self) -> Seen:
        """Read it; job clusters are refused, they are changed in their job."""
        raw = self._workspace.get_cluster(self._id)
        if raw.get("cluster_source") == "JOB":
            raise InvalidRequestError(self.name, "it is a job cluster; change its job instead")
        return Seen(cluster_attributes(raw), raw.get("state") or "")

    def refuse_unchangeable(self, seen: Seen) -> None:
        """Nothing about a cluster itself forbids a change."""

    def spec(self, settings: Json) -> Json:
        """The attributes are the spec."""
        return settings

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Resize a running cluster without a restart; update it otherwise."""
        return self._write(seen, fields, summary, set(fields))

    def interrupts(self, seen: Seen, fields: Json) -> list[str]:
        """An update restarts a running cluster; a resize does not."""
        restarts = seen.state == "RUNNING" and not set(fields) <= _SIZE
        return active_runs_on(self._workspace, self._id) if restarts else []

    def changed(self, settings: Json, fields: Json) -> Json:
        """The attributes with these ones set."""
        return {**settings, **fields}

    def restorations(self, before: Json, seen: Seen) -> Iterator[Write]:
        """One call, and it restarts a running cluster only when nobody is on it."""
        names = before.keys() | seen.settings.keys()
        differing = {name for name in names if before.get(name) != seen.settings.get(name)}
        fields = {name: before[name] for name in differing if name in before}
        busy = self.interrupts(seen, dict.fromkeys(differing))
        if busy:
            message = f"Cluster {self._id} is put back when {listed(busy)} ended"
            raise StillChangingError(message, _WHEN_IDLE)
        summary = f"Put {', '.join(sorted(differing))} of cluster {self._id} back"
        yield self._write(seen, fields, summary, differing)

    def _write(self, seen: Seen, fields: Json, summary: str, mask: set[str]) -> Write:
        if seen.state in CHANGING:
            raise StillChangingError(f"Cluster {self._id} is {seen.state}", _SOON)
        if seen.state not in {"RUNNING", "TERMINATED"}:
            raise InvalidStateError(self.name, f"the cluster is {seen.state}")
        if seen.state == "RUNNING" and mask <= _SIZE:
            return resize_cluster(self._id, fields, summary)
        return update_cluster(self._id, fields, summary, mask=mask)
