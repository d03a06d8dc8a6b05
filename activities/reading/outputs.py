"""Outputs of failed tasks."""

from collections.abc import Sequence

from activities.reading.attempts import Attempts, InParallel
from activities.reading.form import OUTPUT, RUN
from activities.reading.run import task_facts, task_result
from activities.reading.values import identifier, part, parts, text
from activities.workspace import Json, Workspace
from lakemend.evidence import FAILED_RESULTS, TaskFacts

MOST_OUTPUTS = 20  # beyond that, failed tasks of one run tell the same story
ERROR_LIMIT = 4000
TRACE_LIMIT = 8000
LOGS_LIMIT = 8000


def roots_first(failed: Sequence[TaskFacts]) -> list[TaskFacts]:
    """Put the tasks first that failed before any other: theirs are the outputs that matter."""
    keys = {task.task_key for task in failed}
    return sorted(failed, key=lambda task: bool(keys.intersection(task.depends_on)))


def slight(task: TaskFacts) -> TaskFacts:
    """Keep what a task's place in the run needs, of one whose story others tell."""
    kept = ("task_key", "run_id", "result_state", "depends_on", "compute")
    return TaskFacts(**{name: getattr(task, name) for name in kept})


class Outputs:
    """Reads outputs, several at once by `in_parallel`."""

    def __init__(self, workspace: Workspace, attempts: Attempts, in_parallel: InParallel) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._in_parallel = in_parallel

    def of(self, failed: Sequence[TaskFacts], at_most: int = MOST_OUTPUTS) -> list[TaskFacts]:
        """Return all failed tasks, the first `at_most` roots with what they said."""
        ordered = roots_first(failed)
        if len(ordered) > at_most:
            self._attempts.note(
                f"outputs of {len(ordered) - at_most} more failed tasks", "too many"
            )
        return [
            *self._in_parallel(self._with_output, ordered[:at_most]),
            *map(slight, ordered[at_most:]),
        ]

    def _with_output(self, task: TaskFacts) -> TaskFacts:
        if task.is_loop:
            return self._with_iteration(task)
        what = f"output of task {task.task_key}"
        return self._with_output_of(task, task.run_id, what)

    def _with_output_of(self, task: TaskFacts, run_id: str, what: str) -> TaskFacts:
        raw = self._attempts.read(what, lambda: self._workspace.get_run_output(run_id))
        return _add_output(task, self._attempts.in_form(what, raw, OUTPUT)) if raw else task

    def _with_iteration(self, task: TaskFacts) -> TaskFacts:
        """Take words and cluster of the first iteration that failed: the loop only counts them.

        A loop's own run lists its iterations, each a run (databricks-sdk: jobs.Run.iterations).
        """
        what = f"iterations of task {task.task_key}"
        iteration = self._attempts.read(what, lambda: self._failed_iteration(task))
        if iteration is None:
            return task
        cluster_id = iteration.compute.cluster_id
        compute = task.compute.model_copy(update={"cluster_id": cluster_id})
        found = task.model_copy(update={"compute": compute}) if cluster_id else task
        return self._with_output_of(found, iteration.run_id, what)

    def _failed_iteration(self, task: TaskFacts) -> TaskFacts | None:
        found = self._workspace.get_run(task.run_id)
        loop = self._attempts.in_form(f"iterations of task {task.task_key}", found, RUN)
        iterations = parts(loop, "iterations")
        failed = next((each for each in iterations if task_result(each) in FAILED_RESULTS), None)
        return task_facts({"task_key": task.task_key, **failed}) if failed else None


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
