"""Every action by name. A new one is a class in a file of its own, and a row here.

What a playbook may say about it stands under the same name in `lakemend.actions.ACTIONS`.
"""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from activities.actions.action import Action
from activities.actions.change_node_type import ChangeNodeType
from activities.actions.repair_run import RepairRun
from activities.actions.rerun_job import RerunJob
from activities.actions.restart_cluster import RestartCluster
from activities.actions.scale_cluster import ScaleCluster
from activities.workspace import Workspaces
from lakemend.step import StepInput, StepResult
from records import Records

ACTIONS: dict[str, type[Action[Any]]] = {
    "change_node_type": ChangeNodeType,
    "repair_run": RepairRun,
    "rerun_job": RerunJob,
    "restart_cluster": RestartCluster,
    "scale_cluster": ScaleCluster,
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
