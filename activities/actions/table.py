"""Every action by name. A new one is a class in a file of its own, and a row here.

What a playbook may say about it stands under the same name in `lakemend.actions.ACTIONS`.
"""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from activities.actions.action import Action
from activities.actions.change_node_type import ChangeNodeType
from activities.actions.change_zone import ChangeZone
from activities.actions.clear_concurrency import ClearConcurrency
from activities.actions.increase_timeout import IncreaseTimeout
from activities.actions.install_library_version import InstallLibraryVersion
from activities.actions.recreate_cluster import RecreateCluster
from activities.actions.repair_run import RepairRun
from activities.actions.rerun_job import RerunJob
from activities.actions.restart_cluster import RestartCluster
from activities.actions.restart_pipeline_update import RestartPipelineUpdate
from activities.actions.restart_warehouse import RestartWarehouse
from activities.actions.rollback_config import RollbackConfig
from activities.actions.scale_cluster import ScaleCluster
from activities.actions.set_spark_conf import SetSparkConf
from activities.actions.start_cluster import StartCluster
from activities.actions.switch_to_on_demand import SwitchToOnDemand
from activities.workspace import Workspaces
from lakemend.step import StepInput, StepResult
from records import Records

ACTIONS: dict[str, type[Action[Any]]] = {
    "change_node_type": ChangeNodeType,
    "change_zone": ChangeZone,
    "clear_concurrency": ClearConcurrency,
    "install_library_version": InstallLibraryVersion,
    "increase_timeout": IncreaseTimeout,
    "recreate_cluster": RecreateCluster,
    "repair_run": RepairRun,
    "rerun_job": RerunJob,
    "restart_cluster": RestartCluster,
    "restart_pipeline_update": RestartPipelineUpdate,
    "restart_warehouse": RestartWarehouse,
    "rollback_config": RollbackConfig,
    "scale_cluster": ScaleCluster,
    "set_spark_conf": SetSparkConf,
    "start_cluster": StartCluster,
    "switch_to_on_demand": SwitchToOnDemand,
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
