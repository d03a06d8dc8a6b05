"""The calls that change a workspace, as values: a dry run shows what a live run would send.

Paths and bodies are those of databricks-sdk 0.156 (service/jobs.py, compute.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from activities.workspace.pages import Json
from lakemend.errors import InvalidRequestError
from lakemend.incident import Call


@dataclass(frozen=True)
class Write:
    """One call, a POST unless it says otherwise; `summary` says in words what it changes."""

    path: str
    body: Json
    summary: str
    method: str = "POST"

    @property
    def name(self) -> str:
        """How the call is named in errors, like `POST /api/2.2/jobs/update`."""
        return f"{self.method} {self.path}"

    @property
    def call(self) -> Call:
        """What people see of it; the body may hold secrets and stays out."""
        return Call(method=self.method, path=self.path, summary=self.summary)


def number(text: str) -> int:
    """Turn an id of ours into the platform's; ids exceed 2^53 and are never floats."""
    if not text.isdecimal():
        raise InvalidRequestError("id", f"{text!r} is not a number")
    return int(text)


def repair_run(run_id: str, options: Json, summary: str) -> Write:
    """Rerun tasks of a finished run; the answer is `{repair_id}`."""
    return Write("/api/2.2/jobs/runs/repair", {"run_id": number(run_id), **options}, summary)


def run_now(job_id: str, options: Json, summary: str) -> Write:
    """Start a job; the answer is `{run_id, number_in_job}`."""
    return Write("/api/2.2/jobs/run-now", {"job_id": number(job_id), **options}, summary)


def cancel_run(run_id: str) -> Write:
    """Cancel one run, never all of a job or workspace; it ends some time later."""
    body = {"run_id": number(run_id)}
    return Write("/api/2.2/jobs/runs/cancel", body, f"Cancel run {run_id}")


def update_job(
    job_id: str, new_settings: Json, summary: str, fields_to_remove: Sequence[str] = ()
) -> Write:
    """Replace top-level fields; entries of tasks and job_clusters are merged by their key."""
    body: Json = {"job_id": number(job_id), "new_settings": new_settings}
    if fields_to_remove:
        body["fields_to_remove"] = list(fields_to_remove)
    return Write("/api/2.2/jobs/update", body, summary)


def reset_job(job_id: str, new_settings: Json, summary: str) -> Write:
    """Replace all settings."""
    body = {"job_id": number(job_id), "new_settings": new_settings}
    return Write("/api/2.2/jobs/reset", body, summary)


def create_cluster(attributes: Json, summary: str) -> Write:
    """Make an all-purpose cluster, which starts; the answer is `{cluster_id}`."""
    return Write("/api/2.1/clusters/create", attributes, summary)


def terminate_cluster(cluster_id: str, summary: str) -> Write:
    """End a cluster; it stays and can be started again (clusters/delete means just that)."""
    return Write("/api/2.1/clusters/delete", {"cluster_id": cluster_id}, summary)


def grant(cluster_id: str, entries: Sequence[Json], summary: str) -> Write:
    """Add permissions on a cluster to those it has (databricks-sdk: iam.PermissionsAPI.update)."""
    path = f"/api/2.0/permissions/clusters/{cluster_id}"
    return Write(path, {"access_control_list": list(entries)}, summary, method="PATCH")


def start_cluster(cluster_id: str) -> Write:
    """Start a TERMINATED cluster; INVALID_STATE in every other state."""
    summary = f"Start cluster {cluster_id}"
    return Write("/api/2.1/clusters/start", {"cluster_id": cluster_id}, summary)


def restart_cluster(cluster_id: str, summary: str) -> Write:
    """Restart a RUNNING cluster; INVALID_STATE in every other state."""
    return Write("/api/2.1/clusters/restart", {"cluster_id": cluster_id}, summary)


def update_cluster(cluster_id: str, fields: Json, summary: str, mask: Iterable[str]) -> Write:
    """Change the attributes of `mask` on a RUNNING (it restarts) or TERMINATED cluster.

    What the mask names and `fields` lacks is removed.
    """
    body = {"cluster_id": cluster_id, "update_mask": ",".join(sorted(mask)), "cluster": fields}
    return Write("/api/2.1/clusters/update", body, summary)


def resize_cluster(cluster_id: str, size: Json, summary: str) -> Write:
    """Change `num_workers` or `autoscale` of a RUNNING cluster, without a restart."""
    return Write("/api/2.1/clusters/resize", {"cluster_id": cluster_id, **size}, summary)


def start_warehouse(warehouse_id: str, summary: str) -> Write:
    """Start a SQL warehouse; the answer comes before it runs."""
    return Write(f"/api/2.0/sql/warehouses/{warehouse_id}/start", {}, summary)


def stop_warehouse(warehouse_id: str, summary: str) -> Write:
    """Stop a SQL warehouse; statements on it are interrupted."""
    return Write(f"/api/2.0/sql/warehouses/{warehouse_id}/stop", {}, summary)


def start_update(pipeline_id: str, summary: str) -> Write:
    """Start an ordinary update; the answer is `{update_id}`.

    Never with `full_refresh`: it empties the tables first (databricks-sdk: pipelines.start_update).
    """
    return Write(f"/api/2.0/pipelines/{pipeline_id}/updates", {"full_refresh": False}, summary)


def install_libraries(cluster_id: str, libraries: Sequence[Json], summary: str) -> Write:
    """Queue libraries; the answer comes before they are installed."""
    body = {"cluster_id": cluster_id, "libraries": list(libraries)}
    return Write("/api/2.0/libraries/install", body, summary)


def uninstall_libraries(cluster_id: str, libraries: Sequence[Json], summary: str) -> Write:
    """Mark libraries as to be removed; it happens at the next restart."""
    body = {"cluster_id": cluster_id, "libraries": list(libraries)}
    return Write("/api/2.0/libraries/uninstall", body, summary)
