"""Where the failed tasks ran: clusters, warehouses, pipelines."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from activities.reading.attempts import Attempts
from activities.reading.cluster import (
    cluster_facts,
    event_facts,
    failed_first,
    library_facts,
    telling_events,
)
from activities.reading.form import CLUSTER, CLUSTER_EVENT, PIPELINE_EVENT, WAREHOUSE
from activities.reading.pipeline import pipeline_error
from activities.reading.warehouse import warehouse_facts
from activities.workspace import Json, Workspace
from activities.workspace.workspace import EVENTS_LIMIT
from lakemend.evidence import (
    ClusterFacts,
    ComputeKind,
    PipelineFacts,
    RunFacts,
    TaskFacts,
    WarehouseFacts,
)

MOST_RESOURCES = 5
MOST_PIPELINE_ERRORS = 10

# What a cluster does after the run's end may still be about it: its own end takes a while.
_AFTERMATH = timedelta(minutes=10)

_ABOUT_LIBRARIES = re.compile(
    r"librar|no module named|ModuleNotFound|ImportError|NoClassDefFound|ClassNotFound",
    re.IGNORECASE,
)


def clusters_of(tasks: Iterable[TaskFacts]) -> list[str]:
    """Name the clusters that tasks ran on, each once."""
    used = dict.fromkeys(task.compute.cluster_id for task in tasks if task.compute.cluster_id)
    return list(used)[:MOST_RESOURCES]


def resources_of(kind: ComputeKind, tasks: Iterable[TaskFacts]) -> list[str]:
    """Name the warehouses or pipelines that tasks ran on, each once."""
    used = dict.fromkeys(task.compute.resource_id for task in tasks if task.compute.kind is kind)
    return [each for each in used if each][:MOST_RESOURCES]


class Surroundings:
    """Reads what the tasks of one run ran on; None for what could not be read."""

    def __init__(self, workspace: Workspace, attempts: Attempts, run: RunFacts) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._run = run

    def cluster(self, cluster_id: str) -> ClusterFacts | None:
        """Read a cluster and its events from the run's start to a little after its end."""
        what = f"cluster {cluster_id}"
        found = self._attempts.read(what, lambda: self._workspace.get_cluster(cluster_id))
        if found is None:
            return None
        raw = self._attempts.in_form(what, found, CLUSTER)
        cluster = cluster_facts({**raw, "cluster_id": cluster_id})
        what, (since, until) = f"events of cluster {cluster_id}", self._between
        answer = self._attempts.read(
            what,
            lambda: self._workspace.cluster_events(
                cluster_id, EVENTS_LIMIT, since=since, until=until
            ),
        )
        listed = self._attempts.in_form(what, answer, [CLUSTER_EVENT])
        events = telling_events(self._attempts.each(what, listed, event_facts))
        return cluster.model_copy(update={"events": events})

    @property
    def _between(self) -> tuple[int, int]:
        ended = self._run.ended_at
        until = milliseconds(ended + _AFTERMATH) if ended else 0
        return milliseconds(self._run.started_at), until

    def with_libraries(self, cluster: ClusterFacts, tasks: Sequence[TaskFacts]) -> ClusterFacts:
        """Add the libraries' statuses where something speaks of libraries."""
        if not _mentions_libraries(tasks, cluster):
            return cluster
        id_ = cluster.cluster_id
        what = f"libraries of cluster {id_}"
        raw = self._attempts.read(what, lambda: self._workspace.library_statuses(id_))
        read = self._attempts.each(what, raw, library_facts)
        return cluster.model_copy(update={"libraries": failed_first(read)})

    def warehouse(self, warehouse_id: str) -> WarehouseFacts | None:
        """Read a warehouse as it is now; it keeps no history."""
        what = f"warehouse {warehouse_id}"
        raw = self._attempts.read(what, lambda: self._workspace.get_warehouse(warehouse_id))
        return warehouse_facts(self._attempts.in_form(what, raw, WAREHOUSE)) if raw else None

    def pipeline(self, pipeline_id: str) -> PipelineFacts | None:
        """Read the errors of a pipeline during the run."""
        what = f"events of pipeline {pipeline_id}"
        found = self._attempts.read(
            what, lambda: self._workspace.pipeline_errors(pipeline_id, between=self._between)
        )
        if found is None:
            return None
        raw: list[Json] = self._attempts.in_form(what, found, [PIPELINE_EVENT]) or []
        errors = self._attempts.each(what, raw, pipeline_error)
        during = [each for each in errors if each.at is None or self._during(each.at)]
        return PipelineFacts(pipeline_id=pipeline_id, errors=tuple(during[:MOST_PIPELINE_ERRORS]))

    def _during(self, at: datetime) -> bool:
        started, ended = self._run.started_at, self._run.ended_at
        instant = at.timestamp()
        if started and instant < started.timestamp():
            return False
        return ended is None or instant <= (ended + _AFTERMATH).timestamp()


def milliseconds(at: datetime | None) -> int:
    """Return epoch milliseconds, 0 for no instant."""
    return int(at.timestamp() * 1000) if at else 0


def _mentions_libraries(tasks: Iterable[TaskFacts], cluster: ClusterFacts) -> bool:
    words = [cluster.termination_code, cluster.state_message]
    for task in tasks:
        words += [task.termination_code, task.state_message, task.error, task.error_trace]
    return any(_ABOUT_LIBRARIES.search(each) for each in words)
