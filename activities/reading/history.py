"""Runs of the past: how a run stood before anybody repaired it, and what came of the repairs."""

from activities.reading.run import task_result
from activities.reading.values import BEGINNING, began, parts
from activities.workspace import Json

_TRIED_AGAIN = "attempt_number"


def may_have_failed(listed: Json) -> bool:
    """Tell from an entry of runs/list with its tasks whether the run failed, now or at first.

    runs/list has no repair history, but a repaired task shows a further attempt.
    """
    if not task_result(listed).startswith(("SUCCESS", "CANCELED")):
        return True
    return any(task.get(_TRIED_AGAIN) for task in parts(listed, "tasks"))


def before_repairs(raw: Json) -> Json:
    """Return a run as it stood at its first end (databricks-sdk: jobs.RepairHistoryItem)."""
    history = sorted(parts(raw, "repair_history"), key=began)
    repairs = _repairs(history)
    original = next((each for each in history if each.get("type") == "ORIGINAL"), None)
    if not repairs or original is None:
        return raw
    first_ids = set(original.get("task_run_ids") or [])
    repaired = began(repairs[0])
    tasks = [
        task
        for task in parts(raw, "tasks")
        if task.get("run_id") in first_ids or BEGINNING < began(task) < repaired
    ]
    kept = {name: original[name] for name in ("state", "status", "end_time") if name in original}
    rest = {name: value for name, value in raw.items() if name not in {"state", "status"}}
    return {**rest, **kept, "tasks": tasks, "repair_history": []}


def repairs_of(raw: Json) -> tuple[int, str]:
    """Return how many repairs a run had, and the result of the last; empty when it is not over."""
    repairs = _repairs(parts(raw, "repair_history"))
    newest = max(repairs, key=began, default=None)
    return len(repairs), task_result(newest) if newest else ""


def _repairs(history: list[Json]) -> list[Json]:
    return [each for each in history if each.get("type") == "REPAIR"]
