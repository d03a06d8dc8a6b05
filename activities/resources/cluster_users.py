"""The jobs that name an all-purpose cluster, and the cluster that stands in for it.

A stand-in is found by its tag. Rolled back, the jobs name the old cluster again and the stand-in is
terminated, which loses nothing: it can be looked at, or started, for weeks (clusters/delete;
databricks-sdk: clusters.delete). It is never deleted for good.
"""

from collections.abc import Iterator
from datetime import timedelta

from activities.errors import StillChangingError
from activities.reading.loops import repeated, with_repeated
from activities.reading.values import identifier, part, parts
from activities.resources.active_runs import active_runs_on, listed
from activities.resources.job import is_deployed
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import terminate_cluster, update_job
from lakemend.step import Target

REPLACES = "LakemendReplaces"
STEP = "LakemendStep"
OLD, NEW = "old", "new"

_ALIVE = frozenset({"PENDING", "RUNNING", "RESTARTING", "RESIZING"})
_WHEN_IDLE = timedelta(minutes=1)


class ClusterUsers:
    """Settings are `{"tasks": {"<job>/<task>": "old" or "new"}, "replaced": bool}`."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace = workspace
        self.cluster_id = target.id
        self.name = target.resource

    def stand_ins(self) -> list[Json]:
        """Every cluster that was made to replace this one, the ended ones included."""
        clusters = self._workspace.list_clusters()
        return [
            each for each in clusters if part(each, "custom_tags").get(REPLACES) == self.cluster_id
        ]

    def stand_in(self) -> Json | None:
        """The one that is alive."""
        alive = (each for each in self.stand_ins() if each.get("state") in _ALIVE)
        return next(alive, None)

    def read(self) -> Seen:
        """Read which tasks name the cluster or its stand-in; jobs that a tool owns are left out."""
        new = identifier((self.stand_in() or {}).get("cluster_id"))
        tasks = {
            f"{job_id}/{task['task_key']}": OLD if _cluster(task) == self.cluster_id else NEW
            for job_id, task in self._tasks({self.cluster_id, new})
        }
        return Seen({"tasks": tasks, "replaced": bool(new)})

    def point(self, where: str, tasks: Json) -> Iterator[tuple[Write, Json]]:
        """Return for each job the call that makes these tasks name `where`, and which it moves."""
        jobs: dict[str, list[str]] = {}
        for name in tasks:
            job_id, _, task_key = name.partition("/")
            jobs.setdefault(job_id, []).append(task_key)
        for job_id, keys in jobs.items():
            settings = part(self._workspace.get_job(job_id), "settings")
            entries = [
                with_repeated(each, lambda task: {**task, "existing_cluster_id": where})
                for each in parts(settings, "tasks")
                if each.get("task_key") in keys
            ]
            summary = f"Point {', '.join(keys)} of job {job_id} at cluster {where}"
            moved = {f"{job_id}/{key}": tasks[f"{job_id}/{key}"] for key in keys}
            yield update_job(job_id, {"tasks": entries}, summary), moved

    def restorations(self, before: Json, seen: Seen) -> Iterator[Write]:
        """Point the jobs back, then end the stand-in once nobody runs on it."""
        moved = {
            name: where
            for name, where in before["tasks"].items()
            if where == OLD and seen.settings["tasks"].get(name) == NEW
        }
        for write, _ in self.point(self.cluster_id, moved):
            yield write
        stand_in = self.stand_in()
        if stand_in is None or before["replaced"]:
            return
        cluster_id = stand_in["cluster_id"]
        busy = active_runs_on(self._workspace, cluster_id)
        if busy:
            message = f"Cluster {cluster_id} is ended when {listed(busy)} ended"
            raise StillChangingError(message, _WHEN_IDLE)
        yield terminate_cluster(cluster_id, f"End cluster {cluster_id}, which stood in")

    def _tasks(self, clusters: set[str]) -> Iterator[tuple[str, Json]]:
        for job in self._workspace.list_jobs(expand_tasks=True):
            job_id = identifier(job.get("job_id"))
            whole = self._workspace.get_job(job_id) if job.get("has_more") else job
            settings = part(whole, "settings")
            if is_deployed(settings):
                continue
            for task in parts(settings, "tasks"):
                if _cluster(task) in clusters - {""}:
                    yield job_id, task


def _cluster(task: Json) -> str:
    return repeated(task).get("existing_cluster_id") or ""
