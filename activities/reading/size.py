"""Evidence travels through histories, so it is bounded as a whole, not only text by text."""

from functools import partial

from activities.reading.outputs import slight
from lakemend.evidence import Evidence, NestedRun, TaskFacts
from lakemend.redaction import trim

LARGEST = 200_000  # bytes of JSON; Temporal warns at 256 KB and refuses 2 MB

_TEXTS = ("error", "error_trace", "logs", "state_message")
_LONGEST = (2000, 800, 300, 0)


def bounded(evidence: Evidence) -> Evidence:
    """Cut the texts of tasks shorter and shorter, then drop what is not about the failure."""
    for longest in _LONGEST:
        if _fits(evidence):
            return evidence
        evidence = _cut(evidence, longest)
    if not _fits(evidence):
        tasks = (task if task.failed else slight(task) for task in evidence.tasks)
        evidence = evidence.model_copy(update={"tasks": tuple(tasks)})
    if not _fits(evidence):
        evidence = evidence.model_copy(update={"tasks": evidence.failed_tasks})
    return evidence


def _fits(evidence: Evidence) -> bool:
    return len(evidence.model_dump_json().encode()) <= LARGEST


def _cut(evidence: Evidence, longest: int) -> Evidence:
    shorter = partial(_cut_task, longest=longest)
    nested = tuple(_cut_run(run, longest) for run in evidence.nested)
    return evidence.model_copy(
        update={"tasks": tuple(map(shorter, evidence.tasks)), "nested": nested}
    )


def _cut_run(run: NestedRun, longest: int) -> NestedRun:
    tasks = tuple(_cut_task(task, longest=longest) for task in run.tasks)
    return run.model_copy(update={"tasks": tasks})


def _cut_task(task: TaskFacts, *, longest: int) -> TaskFacts:
    return task.model_copy(update={name: trim(getattr(task, name), longest) for name in _TEXTS})
