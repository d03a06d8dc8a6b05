"""Evidence travels through histories, so it is bounded as a whole, not only text by text."""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, cast

from activities.reading.outputs import slight
from lakemend.evidence import Evidence, TaskFacts, Unread
from lakemend.redaction import trim

LARGEST = 200_000  # bytes of JSON; Temporal warns at 256 KB and refuses 2 MB

_FEWEST_TASKS = 1


def bounded(evidence: Evidence) -> Evidence:
    """Drop what is not about the failure, and cut texts and lists shorter and shorter.

    All that failed keeps its place until nothing else is left to cut.
    """
    for cut in _CUTS:
        if _fits(evidence):
            return evidence
        evidence = cut(evidence)
    while not _fits(evidence) and len(evidence.tasks) > _FEWEST_TASKS:
        evidence = _with_half_the_tasks(evidence)
    return evidence


def _fits(evidence: Evidence) -> bool:
    return len(evidence.model_dump_json().encode()) <= LARGEST


def _slight_beside_failures(evidence: Evidence) -> Evidence:
    tasks = (task if task.failed else slight(task) for task in evidence.tasks)
    return evidence.model_copy(update={"tasks": tuple(tasks)})


def _only_failures(evidence: Evidence) -> Evidence:
    return evidence.model_copy(update={"tasks": evidence.failed_tasks})


def _slight_without_output(evidence: Evidence) -> Evidence:
    tasks = (task if _speaks(task) else slight(task) for task in evidence.tasks)
    return evidence.model_copy(update={"tasks": tuple(tasks)})


def _with_half_the_tasks(evidence: Evidence) -> Evidence:
    kept = sorted(evidence.tasks, key=_speaks, reverse=True)[: len(evidence.tasks) // 2]
    left = Unread(what=f"{len(evidence.tasks) - len(kept)} tasks", why="too many")
    return evidence.model_copy(update={"tasks": tuple(kept), "unread": (*evidence.unread, left)})


def _speaks(task: TaskFacts) -> bool:
    return bool(task.error or task.error_trace or task.logs)


def _shorter(evidence: Evidence, *, longest: int, most: int) -> Evidence:
    """Cut every text to `longest` characters, and every list but that of tasks to `most`."""
    whole = evidence.model_dump()
    tasks = [_cut(each, longest, most) for each in whole.pop("tasks")]
    return Evidence.model_validate({**_cut(whole, longest, most), "tasks": tasks})


def _cut(value: Any, longest: int, most: int) -> Any:
    if type(value) is str:
        return trim(value, longest)
    if isinstance(value, tuple | list):
        return [_cut(each, longest, most) for each in islice(cast("list[Any]", value), most)]
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _cut(each, longest, most) for name, each in named.items()}
    return value


_CUTS: tuple[Callable[[Evidence], Evidence], ...] = (
    _slight_beside_failures,
    partial(_shorter, longest=2000, most=100),
    partial(_shorter, longest=800, most=30),
    _only_failures,
    partial(_shorter, longest=300, most=20),
    _slight_without_output,
    partial(_shorter, longest=100, most=10),
    partial(_shorter, longest=40, most=3),
    partial(_shorter, longest=20, most=1),
)
