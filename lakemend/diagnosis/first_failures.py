"""What failed first: of a graph of tasks those that failed after others may be consequences."""

from collections.abc import Iterable, Sequence

from lakemend.evidence import Evidence, NestedRun, TaskFacts

_CANCELED = "CANCELED"


def first_failed(evidence: Evidence) -> tuple[TaskFacts, ...]:
    """Return the failed tasks that no failed or cancelled task stands before."""
    failed = {task.task_key: task for task in evidence.failed_tasks}
    ended = failed.keys() | {
        task.task_key for task in evidence.tasks if task.result_state == _CANCELED
    }
    before = {task.task_key: task.depends_on for task in evidence.tasks}
    return tuple(task for task in failed.values() if not _upstream(task.task_key, before) & ended)


def first_failed_of(run: NestedRun) -> tuple[TaskFacts, ...]:
    """Return the tasks of a started run that failed first."""
    keys = {task.task_key for task in run.tasks}
    return tuple(task for task in run.tasks if not keys.intersection(task.depends_on))


def first_started(roots: Iterable[TaskFacts], evidence: Evidence) -> tuple[TaskFacts, ...]:
    """Return what failed first in the runs that these started, under the key of its starter."""
    starters = {task.task_key for task in roots}
    return tuple(
        task.model_copy(update={"task_key": run.parent_task_key})
        for run in evidence.nested
        if run.parent_task_key in starters
        for task in first_failed_of(run)
    )


def told_by_the_first(first: Sequence[TaskFacts], failed: Sequence[TaskFacts]) -> bool:
    """Tell whether others failed after the first, and these tell of themselves.

    The run's own words may then be about a consequence.
    """
    if len(first) == len(failed):
        return False
    told = any(task.error or task.error_trace or task.state_message for task in first)
    return told or not first


def _upstream(task_key: str, before: dict[str, tuple[str, ...]]) -> set[str]:
    """Return all tasks before this one; a task that depends on itself is not before itself."""
    seen: set[str] = set()
    waiting = list(before.get(task_key, ()))
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(before.get(key, ()))
    return seen - {task_key}
