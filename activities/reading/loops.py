"""For-each tasks: what they repeat stands inside them (databricks-sdk: jobs.ForEachTask.task)."""

from collections.abc import Callable

from activities.reading.values import part
from activities.workspace import Json

LOOP = "for_each_task"


def repeated(task: Json) -> Json:
    """Return the task that a loop repeats, which names compute and libraries; else itself."""
    return part(part(task, LOOP), "task") or task


def with_repeated(task: Json, change: Callable[[Json], Json]) -> Json:
    """Return the task with a change where compute and libraries are named."""
    inner = part(part(task, LOOP), "task")
    if not inner:
        return change(task)
    return {**task, LOOP: {**task[LOOP], "task": change(inner)}}
