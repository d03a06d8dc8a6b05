"""The notebook that a task called and that ended it, where the error names the call and no run.

Such runs are of a type of their own, and show the cluster that they ran on. On a cluster that only
this run used they are this run's; elsewhere they may be anybody's, and are left alone.
"""

import re
from collections.abc import Collection

from activities.reading.attempts import Attempts
from activities.reading.run import run_facts, task_result
from activities.reading.run_links import CALLED_NOTEBOOK, clusters_used, not_started_by
from activities.reading.surroundings import milliseconds
from activities.workspace import Json, Workspace
from lakemend.evidence import FAILED_RESULTS, RunFacts, TaskFacts

_CALL_FAILED = re.compile(r"\bNotebookExecutionException\b")


class CalledNotebooks:
    """Finds called notebooks in the list of runs, one call for each task that needs it."""

    def __init__(self, workspace: Workspace, attempts: Attempts) -> None:
        self._workspace = workspace
        self._attempts = attempts

    def of(self, task: TaskFacts, own_clusters: Collection[str], but: Collection[str]) -> str:
        """Return the run that failed last while the task ran; empty where there is none else."""
        called = _CALL_FAILED.search(f"{task.error} {task.error_trace}")
        if not called or task.compute.cluster_id not in own_clusters:
            return ""
        what = f"notebooks that task {task.task_key} called"
        listed = self._attempts.read(
            what,
            lambda: self._workspace.ended_runs(
                since=milliseconds(task.started_at),
                until=milliseconds(task.ended_at),
                run_type=CALLED_NOTEBOOK,
                expand_tasks=True,
            ),
        )
        failed = self._attempts.each(what, listed, lambda each: _failed_in(each, task))
        ends = [
            (run.ended_at, run.run_id)
            for run in failed
            if run and run.ended_at and run.run_id not in but
        ]
        return max(ends)[1] if ends else ""


def _failed_in(listed: Json, task: TaskFacts) -> RunFacts | None:
    on_it = task.compute.cluster_id in clusters_used(listed)
    failed = on_it and task_result(listed) in FAILED_RESULTS
    return run_facts(listed) if failed and not not_started_by(task, listed) else None
