"""Where a task runs: an all-purpose cluster, a cluster of its job, or serverless compute."""

from copy import deepcopy

from simulator.clusters import JOB_FINISHED, Clusters
from simulator.errors import InvalidParameterError
from simulator.records import Attempt, Cluster, JobRun, Json
from simulator.world import World


class Compute:
    """Gives attempts their cluster and takes job clusters down after use."""

    def __init__(self, world: World, clusters: Clusters) -> None:
        self._world = world
        self._clusters = clusters

    def place(self, run: JobRun, attempt: Attempt) -> Cluster | None:
        """Attach an attempt to its cluster, making job clusters; none for serverless."""
        spec = repeated(attempt.spec)
        if existing := spec.get("existing_cluster_id"):
            attempt.cluster_id = str(existing)
            return self._clusters.get(attempt.cluster_id)
        key = str(spec.get("job_cluster_key") or f"task/{attempt.task_key}")
        described = spec.get("new_cluster") or self._shared(run, spec)
        if described is None:
            return None
        cluster = self._still_up(run, key)
        if cluster is None or "new_cluster" in spec:
            cluster = self._clusters.create({**deepcopy(described), **_name(run)}, "JOB")
            run.clusters[key] = cluster.cluster_id
        attempt.cluster_id = cluster.cluster_id
        return cluster

    def release(self, attempt: Attempt) -> None:
        """Take down a task's own cluster; a shared job cluster stays until the run ends."""
        if attempt.cluster_id and "new_cluster" in repeated(attempt.spec):
            self._clusters.terminate(attempt.cluster_id, JOB_FINISHED)

    def release_all(self, run: JobRun) -> None:
        """Take down every cluster that a run made."""
        for cluster_id in run.clusters.values():
            self._clusters.terminate(cluster_id, JOB_FINISHED)

    def may_start(self, cluster: Cluster) -> bool:
        """Whether a run may wait for this cluster to come (back) up."""
        return cluster.source != "JOB" and cluster.autostart and cluster.state != "ERROR"

    def effective_spec(self, run: JobRun, attempt: Attempt) -> Json:
        """A task's settings with its cluster's under `cluster` and its job's under `job`."""
        cluster = self._clusters.get(attempt.cluster_id).spec if attempt.cluster_id else {}
        return {**attempt.spec, "cluster": cluster, "job": run.settings}

    def _shared(self, run: JobRun, spec: Json) -> Json | None:
        key = spec.get("job_cluster_key")
        if key is None:
            return None
        for entry in run.settings.get("job_clusters", []):
            if entry["job_cluster_key"] == key:
                return dict(entry["new_cluster"])
        raise InvalidParameterError(f"Job cluster {key} is not defined in the job.")

    def _still_up(self, run: JobRun, key: str) -> Cluster | None:
        cluster = self._world.state.clusters.get(run.clusters.get(key, ""))
        if cluster is None or cluster.state in {"TERMINATING", "TERMINATED", "ERROR"}:
            return None
        return cluster


def repeated(spec: Json) -> Json:
    """The task that a for-each task repeats, which names the compute; else the task itself."""
    loop: Json = spec.get("for_each_task") or {}
    return loop.get("task") or spec


def _name(run: JobRun) -> Json:
    return {"cluster_name": f"job-{run.job_id}-run-{run.run_id}"}
