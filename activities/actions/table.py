"""Every action that calls a workspace, from the one table that lists them: `lakemend.actions`.

The row `restart_cluster` is the class RestartCluster in the file of that name, so that a new action
is a class in a file, and a row in a table.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from temporalio import activity

from activities.actions.action import Action
from activities.workspace import Workspaces
from lakemend import actions
from lakemend.names import class_name
from lakemend.step import StepInput, StepResult
from records import Records


def _class_of(name: str) -> type[Action[Any]]:
    return getattr(import_module(f"activities.actions.{name}"), class_name(name))


ACTIONS: dict[str, type[Action[Any]]] = {
    name: _class_of(name) for name, kind in actions.ACTIONS.items() if kind.calls_workspace
}

ActionActivity = Callable[[StepInput], StepResult]


def action_activities(workspaces: Workspaces, records: Records) -> list[ActionActivity]:
    """Return one activity per action, registered under the action's name."""
    return [_activity(name, kind(workspaces, records)) for name, kind in ACTIONS.items()]


def _activity(name: str, action: Action[Any]) -> ActionActivity:
    """Register it; a cancellation never interrupts it between a write and word of it."""

    @activity.defn(name=name, no_thread_cancel_exception=True)
    def run(step: StepInput) -> StepResult:
        return action.run(step)

    return run
