"""Who is running on a shared cluster right now."""

from activities.reading.loops import repeated
from activities.reading.values import part, parts
from activities.workspace import Json, Workspace
from lakemend.evidence import ACTIVE_STATES

_NAMED = 3


def active_runs_on(workspace: Workspace, cluster_id: str) -> list[str]:
    """Name the active runs with a task on the cluster, like `nightly (run 12)`.

    The platform has no such query: all active runs are listed with their tasks.
    """
    runs = workspace.list_runs(active_only=True, expand_tasks=True)
    return [_name(run) for run in runs if _uses(run, cluster_id)]


def listed(names: list[str]) -> str:
    """Write a few names and how many more: `a, b, c and 2 more`."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _uses(run: Json, cluster_id: str) -> bool:
    return any(_is_on(task, cluster_id) for task in parts(run, "tasks"))


def _is_on(task: Json, cluster_id: str) -> bool:
    states = {
        part(task, "state").get("life_cycle_state"),
        part(task, "status").get("state"),
    }
    attached = part(task, "cluster_instance").get("cluster_id")
    named = repeated(task).get("existing_cluster_id")
    return cluster_id in {named, attached} and bool(states & ACTIVE_STATES)


def _name(run: Json) -> str:
    return f"{run.get('run_name') or 'a run'} (run {run.get('run_id')})"
