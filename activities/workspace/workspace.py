"""One Databricks workspace: raw JSON in and out, one method per endpoint.

Raw, because the SDK's typed models lose unknown fields, unknown enum values and empty lists on the
way, and a "restore" through them would silently edit a customer's job.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from threading import Lock
from typing import Any, Protocol, cast

from pydantic import SecretStr

from activities.workspace.client import Client, build_client
from activities.workspace.errors import translated
from activities.workspace.pages import (
    RUN_ARRAYS,
    SETTINGS_ARRAYS,
    Json,
    Page,
    list_pages,
    whole_list,
    whole_object,
)
from activities.workspace.writes import Write

LIST_LIMIT = 1000
JOBS_LIMIT = 10_000  # the most that a workspace keeps
RUNS_PER_PAGE = 25  # the most that runs/list gives
STATEMENT_WAIT_SECONDS = 10  # within the time that one HTTP call has
EVENTS_LIMIT = 500  # the most that clusters/events gives


class Connection(Protocol):
    """How to reach a workspace: `host` is a URL without a path."""

    @property
    def host(self) -> str:
        """Like `https://adb-1234.5.azuredatabricks.net`."""
        ...

    @property
    def token(self) -> SecretStr:
        """A personal access token, or a service principal's."""
        ...


class Workspace:
    """Calls to one workspace. Blocking: for threads, never for an event loop.

    Every method raises the WorkspaceErrors of `lakemend.errors` and nothing else.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client: Client | None = None
        self._building = Lock()

    def me(self) -> Json:
        """Who the token belongs to (SCIM)."""
        return self._get("/api/2.0/preview/scim/v2/Me", {})

    def get_job(self, job_id: str) -> Json:
        """The saved job with all its tasks."""
        fetch = partial(self._get, "/api/2.2/jobs/get")
        return whole_object(fetch, {"job_id": job_id}, SETTINGS_ARRAYS, under="settings")

    def list_jobs(self, name: str = "", *, expand_tasks: bool = False) -> list[Json]:
        """Saved jobs without their tasks; `expand_tasks` shows at most 100 tasks of each."""
        query: Json = {"limit": 100} | ({"name": name} if name else {})
        if expand_tasks:
            query["expand_tasks"] = True
        return whole_list(partial(self._get, "/api/2.2/jobs/list"), query, "jobs", JOBS_LIMIT)

    def get_run(self, run_id: str) -> Json:
        """The run with every attempt of every task and its repair history."""
        fetch = partial(self._get, "/api/2.2/jobs/runs/get")
        return whole_object(fetch, {"run_id": run_id, "include_history": True}, RUN_ARRAYS)

    def list_runs(
        self,
        *,
        job_id: str = "",
        active_only: bool = False,
        expand_tasks: bool = False,
        at_most: int = LIST_LIMIT,
    ) -> list[Json]:
        """The newest runs; `expand_tasks` shows at most 100 tasks of each."""
        query: Json = {"limit": RUNS_PER_PAGE}
        if job_id:
            query["job_id"] = job_id
        if active_only:
            query["active_only"] = True
        if expand_tasks:
            query["expand_tasks"] = True
        fetch = partial(self._get, "/api/2.2/jobs/runs/list")
        return whole_list(fetch, query, "runs", at_most)

    def ended_runs(
        self,
        job_id: str = "",
        *,
        since: int = 0,
        until: int = 0,
        at_most: int = RUNS_PER_PAGE,
        expand_tasks: bool = False,
        run_type: str = "",
    ) -> list[Json]:
        """The newest runs that have ended, newest first.

        `since` and `until` bound their start, in epoch milliseconds: by the end none can be asked
        for.
        """
        query: Json = {"limit": RUNS_PER_PAGE, "completed_only": True}
        query |= {"expand_tasks": True} if expand_tasks else {}
        query |= {"job_id": job_id} if job_id else {}
        query |= {"run_type": run_type} if run_type else {}
        query |= {"start_time_from": since} if since else {}
        query |= {"start_time_to": until} if until else {}
        fetch = partial(self._get, "/api/2.2/jobs/runs/list")
        return whole_list(fetch, query, "runs", at_most)

    def job_run_pages(
        self, *, active_only: bool = False, since: int = 0, until: int = 0
    ) -> Iterator[Page]:
        """Runs of jobs, ended or not, newest start first; a page is read when it is asked for.

        `since` and `until` bound their start, as those of `ended_runs`.
        """
        query: Json = {"limit": RUNS_PER_PAGE, "run_type": "JOB_RUN"}
        query |= {"active_only": True} if active_only else {}
        query |= {"start_time_from": since} if since else {}
        query |= {"start_time_to": until} if until else {}
        return list_pages(partial(self._get, "/api/2.2/jobs/runs/list"), query, "runs")

    def get_run_output(self, task_run_id: str) -> Json:
        """Error, trace and the last 5 MB of logs of one TASK run; a job run of many is refused."""
        return self._get("/api/2.2/jobs/runs/get-output", {"run_id": task_run_id})

    def get_cluster(self, cluster_id: str) -> Json:
        """The cluster; up to 60 days after its end."""
        return self._get("/api/2.1/clusters/get", {"cluster_id": cluster_id})

    def list_clusters(self) -> list[Json]:
        """All-purpose and job clusters, the recently ended ones included."""
        fetch = partial(self._get, "/api/2.1/clusters/list")
        return whole_list(fetch, {"page_size": 100}, "clusters", LIST_LIMIT)

    def cluster_events(
        self, cluster_id: str, limit: int = 20, *, since: int = 0, until: int = 0
    ) -> list[Json]:
        """The newest events, newest first; `since` and `until` in epoch milliseconds, 0 is open."""
        body: Json = {"cluster_id": cluster_id, "order": "DESC"}
        body["page_size"] = min(limit, EVENTS_LIMIT)
        body |= {"start_time": since} if since else {}
        body |= {"end_time": until} if until else {}
        return self._do("POST", "/api/2.1/clusters/events", body=body).get("events") or []

    def list_node_types(self) -> list[Json]:
        """Every node type that the workspace knows."""
        return self._get("/api/2.1/clusters/list-node-types", {}).get("node_types") or []

    def list_pools(self) -> list[Json]:
        """Every instance pool with its node type."""
        return self._get("/api/2.0/instance-pools/list", {}).get("instance_pools") or []

    def cluster_permissions(self, cluster_id: str) -> Json:
        """Who may do what with a cluster, and where they have it from."""
        return self._get(f"/api/2.0/permissions/clusters/{cluster_id}", {})

    def library_statuses(self, cluster_id: str) -> list[Json]:
        """Each library of a cluster with its status and messages."""
        answer = self._get("/api/2.0/libraries/cluster-status", {"cluster_id": cluster_id})
        return answer.get("library_statuses") or []

    def get_warehouse(self, warehouse_id: str) -> Json:
        """The SQL warehouse with its state and health."""
        return self._get(f"/api/2.0/sql/warehouses/{warehouse_id}", {})

    def get_pipeline(self, pipeline_id: str) -> Json:
        """The pipeline with its state and its newest updates in short."""
        return self._get(f"/api/2.0/pipelines/{pipeline_id}", {})

    def list_updates(self, pipeline_id: str, limit: int = 25) -> list[Json]:
        """The newest updates with their cause, newest first."""
        query = {"max_results": limit}
        return self._get(f"/api/2.0/pipelines/{pipeline_id}/updates", query).get("updates") or []

    def pipeline_errors(
        self, pipeline_id: str, limit: int = 25, *, between: tuple[int, int] = (0, 0)
    ) -> list[Json]:
        """The newest events of level ERROR, newest first; `between` as for a cluster's events.

        `filter` knows level and timestamp, joined by AND (databricks-sdk:
        PipelinesAPI.list_pipeline_events).
        """
        instants = zip((">=", "<="), between, strict=True)
        limits = [f"timestamp {sign} '{_iso(at)}'" for sign, at in instants if at]
        wanted = " AND ".join(["level='ERROR'", *limits])
        query = {"max_results": limit, "filter": wanted}
        path = f"/api/2.0/pipelines/{pipeline_id}/events"
        return self._get(path, query).get("events") or []

    def query(self, warehouse_id: str, statement: str) -> Json:
        """Run a reading statement; one that is not answered in time is canceled."""
        body = {
            "warehouse_id": warehouse_id,
            "statement": statement,
            "wait_timeout": f"{STATEMENT_WAIT_SECONDS}s",
            "on_wait_timeout": "CANCEL",
        }
        return self._do("POST", "/api/2.0/sql/statements", body=body)

    def write(self, write: Write) -> Json:
        """Send a call that changes the workspace, exactly once."""
        return self._do(write.method, write.path, body=write.body)

    def _get(self, path: str, query: Json) -> Json:
        return self._do("GET", path, query=query)

    def _do(self, method: str, path: str, **content: Any) -> Json:
        token = self._connection.token.get_secret_value()
        with translated(f"{method} {path}", token):
            answer = self._connected().do(method, path, **content)
            if not isinstance(answer, dict):
                raise TypeError("the answer is not a JSON object")
            return cast("Json", answer)

    def _connected(self) -> Client:
        """Build the client on first use: building it reads the host's metadata."""
        with self._building:
            if self._client is None:
                connection = self._connection
                self._client = build_client(connection.host, connection.token, version("lakemend"))
            return self._client


def _iso(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
