"""Gathering evidence: few calls at a time, each of which may be refused."""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from activities.reading.cluster import cluster_facts, event_facts, libraries
from activities.reading.job import job_facts
from activities.reading.run import newest_tasks, run_facts, task_facts
from activities.reading.values import identifier, part, text
from activities.workspace import Json, Workspace
from lakemend.errors import WaitingIsUselessError, WorkspaceError
from lakemend.evidence import ClusterFacts, Evidence, JobFacts, TaskFacts, Unread

AT_ONCE = 4  # calls in parallel: the workspace allows few a second, and incidents share them
MOST_OUTPUTS = 20  # beyond that, failed tasks of one run tell the same story
MOST_CLUSTERS = 5
ERROR_LIMIT = 4000
TRACE_LIMIT = 8000
LOGS_LIMIT = 8000

_ABOUT_LIBRARIES = re.compile(
    r"librar|no module named|ModuleNotFound|ImportError|NoClassDefFound|ClassNotFound",
    re.IGNORECASE,
)

Seen = TypeVar("Seen")


class EvidenceReader:
    """Reads one run.

    The run itself must be readable. What else cannot be read is noted in `unread`, at once when it
    is forbidden or gone, and when calls are lost only if `patient` is off: a retry may bring it.
    """

    def __init__(self, workspace: Workspace, *, patient: bool) -> None:
        self._workspace = workspace
        self._tolerated = WaitingIsUselessError if patient else WorkspaceError
        self._unread: list[Unread] = []

    def read(self, workspace_name: str, run_id: str) -> Evidence:
        """Raises NotFoundError for a run that does not exist, WorkspaceError as calls do."""
        raw = self._workspace.get_run(run_id)
        run = run_facts(raw)
        tasks = [task_facts(each) for each in newest_tasks(raw)]
        failed = [task for task in tasks if task.failed]
        if len(failed) > MOST_OUTPUTS:
            self._note(f"outputs of {len(failed) - MOST_OUTPUTS} more failed tasks", "too many")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            job = pool.submit(self._job, run.job_id)
            outputs = list(pool.map(self._with_output, failed[:MOST_OUTPUTS]))
            suspects = _clusters_of(outputs)
            clusters = list(pool.map(partial(self._cluster, outputs), suspects))
        known = {task.task_key: task for task in outputs}
        return Evidence(
            workspace=workspace_name,
            read_at=datetime.now(UTC),
            run=run,
            tasks=tuple(known.get(task.task_key, task) for task in tasks),
            clusters=tuple(each for each in clusters if each),
            job=job.result(),
            unread=tuple(self._unread),
        )

    def _job(self, job_id: str) -> JobFacts | None:
        if not job_id:
            return None
        return self._attempt(f"job {job_id}", lambda: job_facts(self._workspace.get_job(job_id)))

    def _with_output(self, task: TaskFacts) -> TaskFacts:
        what = f"output of task {task.task_key}"
        raw = self._attempt(what, lambda: self._workspace.get_run_output(task.run_id))
        return _add_output(task, raw) if raw else task

    def _cluster(self, tasks: Sequence[TaskFacts], cluster_id: str) -> ClusterFacts | None:
        raw = self._attempt(
            f"cluster {cluster_id}", lambda: self._workspace.get_cluster(cluster_id)
        )
        if raw is None:
            return None
        events = self._attempt(
            f"events of cluster {cluster_id}", lambda: self._workspace.cluster_events(cluster_id)
        )
        facts = cluster_facts(raw)
        found: list[Json] = []
        if _mentions_libraries(tasks, facts):
            what = f"libraries of cluster {cluster_id}"
            read = self._attempt(what, lambda: self._workspace.library_statuses(cluster_id))
            found = read or []
        return facts.model_copy(
            update={
                "events": tuple(event_facts(each) for each in events or ()),
                "libraries": libraries(found),
            }
        )

    def _attempt(self, what: str, read: Callable[[], Seen]) -> Seen | None:
        try:
            return read()
        except self._tolerated as error:
            self._note(what, str(error))
            return None

    def _note(self, what: str, why: str) -> None:
        self._unread.append(Unread(what=what, why=why))


def _add_output(task: TaskFacts, raw: Json) -> TaskFacts:
    nested = part(raw, "run_job_output").get("run_id")
    return task.model_copy(
        update={
            "error": text(raw.get("error"), ERROR_LIMIT),
            "error_trace": text(raw.get("error_trace"), TRACE_LIMIT),
            "logs": text(raw.get("logs"), LOGS_LIMIT),
            "nested_run_id": identifier(nested),
        }
    )


def _clusters_of(tasks: Iterable[TaskFacts]) -> list[str]:
    used = dict.fromkeys(task.compute.cluster_id for task in tasks if task.compute.cluster_id)
    return list(used)[:MOST_CLUSTERS]


def _mentions_libraries(tasks: Iterable[TaskFacts], cluster: ClusterFacts) -> bool:
    words = [cluster.termination_code, cluster.state_message]
    for task in tasks:
        words += [task.termination_code, task.state_message, task.error, task.error_trace]
    return any(_ABOUT_LIBRARIES.search(each) for each in words)
