"""The health checks a playbook may name: the one table that lists them.

`cluster_running` is the class ClusterRunning in `activities/checks/cluster_running.py`.
"""

from enum import StrEnum


class CheckName(StrEnum):
    """What a playbook's `health.checks` may hold."""

    CLUSTER_RUNNING = "cluster_running"
    DRIVER_ANSWERING = "driver_answering"
    LIBRARIES_INSTALLED = "libraries_installed"
    PIPELINE_UPDATE_COMPLETED = "pipeline_update_completed"
    RUN_SUCCEEDED = "run_succeeded"
    SQL_CHECK = "sql_check"
    TASK_DURATIONS = "task_durations"
    WAREHOUSE_HEALTHY = "warehouse_healthy"
