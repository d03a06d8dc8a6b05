"""The catalogue of failures: for each kind the words that Spark, Python or the platform use.

The texts are in failures.yaml; a placeholder like `{driver_memory_gb}` is filled from the machine
that the task ran on.
"""

from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict


class FailureKind(StrEnum):
    """The kinds that a scenario may name."""

    API_THROTTLED = "api_throttled"
    AUTH_EXPIRED = "auth_expired"
    CLUSTER_LOST = "cluster_lost"
    CONCURRENT_WRITE = "concurrent_write"
    CONFIG_INVALID = "config_invalid"
    DISK_FULL = "disk_full"
    DRIVER_OOM = "driver_oom"
    DRIVER_UNRESPONSIVE = "driver_unresponsive"
    EXECUTOR_LOST = "executor_lost"
    EXECUTOR_OOM = "executor_oom"
    INTERNAL_ERROR = "internal_error"
    LIBRARY = "library"
    MISSING_MODULE = "missing_module"
    MISSING_TABLE = "missing_table"
    NETWORK = "network"
    PERMISSION = "permission"
    QUOTA = "quota"
    REPOSITORY = "repository"
    SCHEMA = "schema"
    SERVICE_UNAVAILABLE = "service_unavailable"
    SHUFFLE_FETCH = "shuffle_fetch"
    SOURCE_DATABASE = "source_database"
    SPARK_CONF = "spark_conf"
    SPOT = "spot"
    STORAGE_THROTTLED = "storage_throttled"
    STREAMING_STATE = "streaming_state"
    SYNTAX = "syntax"
    TOO_FEW_WORKERS = "too_few_workers"
    UNKNOWN = "unknown"
    USER_CODE = "user_code"


class FailureText(BaseModel):
    """How one kind of failure looks from outside.

    `cluster_reason` names the termination reason of the cluster that goes down with the task.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    error: str
    trace: str = ""
    code: str = "RUN_EXECUTION_ERROR"
    type: str = "CLIENT_ERROR"
    message: str = "Workload failed, see run output for details."
    life_cycle_state: str = "TERMINATED"
    cluster_reason: str = ""
    cluster_reason_type: str = "CLOUD_FAILURE"
    after_seconds: float = 20

    @property
    def after(self) -> timedelta:
        """How long a task runs before this happens."""
        return timedelta(seconds=self.after_seconds)


@cache
def failure_texts() -> dict[FailureKind, FailureText]:
    """Read the catalogue; every kind has an entry."""
    raw = yaml.safe_load((Path(__file__).parent / "failures.yaml").read_text(encoding="utf-8"))
    return {kind: FailureText.model_validate(raw[kind]) for kind in FailureKind}
