"""Every check by name. A new one is a class in a file of its own, and a row here.

A playbook may name those that `lakemend.playbook.Health` lists.
"""

from activities.checks.check import Check
from activities.checks.cluster_running import ClusterRunning
from activities.checks.libraries_installed import LibrariesInstalled
from activities.checks.pipeline_update_completed import PipelineUpdateCompleted
from activities.checks.run_succeeded import RunSucceeded
from activities.checks.sql_check import SqlCheck
from activities.checks.task_durations import TaskDurations
from activities.checks.warehouse_healthy import WarehouseHealthy

_KINDS: tuple[type[Check], ...] = (
    ClusterRunning,
    LibrariesInstalled,
    PipelineUpdateCompleted,
    RunSucceeded,
    SqlCheck,
    TaskDurations,
    WarehouseHealthy,
)
CHECKS: dict[str, Check] = {kind.name: kind() for kind in _KINDS}
