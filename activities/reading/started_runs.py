"""Runs that failed tasks started: by run_job_task, or a notebook by dbutils.notebook.run."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from activities.reading.attempts import Attempts, InParallel
from activities.reading.called_notebooks import CalledNotebooks
from activities.reading.form import RUN
from activities.reading.outputs import MOST_OUTPUTS, Outputs
from activities.reading.run import newest_tasks, run_facts, task_facts
from activities.reading.run_links import RunLink, not_started_by, run_links
from activities.workspace import Json, Workspace
from lakemend.evidence import ComputeKind, NestedRun, RunFacts, TaskFacts

MOST_STARTED = 5
MOST_OUTPUTS_OF_STARTED = 3
DEEPEST = 3  # a run that starts a run that starts a run


@dataclass(frozen=True)
class _Start:
    """A run that `task` started; of one that only a text links to (`link`) it must be shown."""

    parent_task_key: str
    task: TaskFacts
    run_id: str
    link: RunLink | None = None


class StartedRuns:
    """Reads what the failed tasks of one run started, each run once."""

    def __init__(
        self,
        workspace: Workspace,
        attempts: Attempts,
        outputs: Outputs,
        run: RunFacts,
        in_parallel: InParallel,
    ) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._outputs = outputs
        self._in_parallel = in_parallel
        self._page = run.run_page_url
        self._met = {run.run_id}
        self._called = CalledNotebooks(workspace, attempts)
        self._own_clusters: frozenset[str] = frozenset()
        self.not_followed: list[str] = []

    def of(self, parents: Sequence[TaskFacts]) -> tuple[NestedRun, ...]:
        """Read the runs that these tasks started, and those that these started in turn."""
        self._own_clusters = frozenset(
            task.compute.cluster_id
            for task in parents
            if task.compute.kind is ComputeKind.JOB_CLUSTER and task.compute.cluster_id
        )
        found: list[NestedRun] = []
        waiting = [start for task in parents for start in self._starts(task.task_key, task)]
        for _ in range(DEEPEST):
            runs = list(self._in_parallel(self._read, waiting[: MOST_STARTED - len(found)]))
            self._leave(waiting[MOST_STARTED - len(found) :])
            read = [self._with_outputs(run) for run in runs if run]
            found += read
            waiting = [
                start
                for run in read
                for task in run.tasks
                for start in self._starts(run.parent_task_key, task)
            ]
        self._leave(waiting)
        return tuple(found)

    def _starts(self, parent_task_key: str, task: TaskFacts) -> Iterator[_Start]:
        """Name each started run once, whatever its texts repeat: so there is no loop."""
        if task.nested_run_id and self._is_new(task.nested_run_id):
            yield _Start(parent_task_key, task, task.nested_run_id)
        links = run_links(f"{task.error} {task.error_trace}")
        for link in links:
            if self._is_new(link.run_id):
                yield _Start(parent_task_key, task, link.run_id, link)
        called = "" if links else self._called.of(task, self._own_clusters, self._met)
        if called and self._is_new(called):
            yield _Start(parent_task_key, task, called)

    def _is_new(self, run_id: str) -> bool:
        new = run_id not in self._met
        self._met.add(run_id)
        return new

    def _read(self, start: _Start) -> NestedRun | None:
        if start.link and not start.link.leads_into(self._page):
            return self._refuse(start, "it is in another workspace")
        read = self._attempts.read(_what(start), lambda: self._linked(start))
        if read is None:
            self._leave([start])
            return None
        run, why = read
        return self._refuse(start, why) if why else run

    def _linked(self, start: _Start) -> tuple[NestedRun, str]:
        found = self._workspace.get_run(start.run_id)
        raw = self._attempts.in_form(_what(start), found, RUN)
        why = not_started_by(start.task, raw) if start.link else ""
        tasks = tuple(task for each in _tasks(raw) if (task := task_facts(each)).failed)
        parent = start.parent_task_key
        return NestedRun(parent_task_key=parent, run=run_facts(raw), tasks=tasks), why

    def _with_outputs(self, run: NestedRun) -> NestedRun:
        tasks = self._outputs.of(run.tasks, MOST_OUTPUTS_OF_STARTED)[:MOST_OUTPUTS]
        return run.model_copy(update={"tasks": tuple(tasks)})

    def _refuse(self, start: _Start, why: str) -> None:
        self._attempts.note(_what(start), why)
        self._leave([start])

    def _leave(self, starts: Iterable[_Start]) -> None:
        self.not_followed += [start.run_id for start in starts if start.link]


def _what(start: _Start) -> str:
    of = f", to which task {start.task.task_key} links" if start.link else ""
    return f"run {start.run_id}{of}"


def _tasks(raw: Json) -> list[Json]:
    """Return its tasks; a called notebook may be listed without any, and is a task by itself."""
    return newest_tasks(raw) or [{"task_key": "notebook", **raw}]
