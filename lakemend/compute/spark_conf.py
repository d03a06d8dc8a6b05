"""Spark settings that a playbook may change, and whether a cluster can bear them."""

from collections.abc import Mapping
from typing import Any

from lakemend.errors import InvalidRequestError

Json = dict[str, Any]

CHANGEABLE_CONF = frozenset(
    {
        "spark.driver.maxResultSize",
        "spark.executor.heartbeatInterval",
        "spark.network.timeout",
        "spark.shuffle.io.maxRetries",
        "spark.shuffle.io.retryWait",
        "spark.sql.adaptive.enabled",
        "spark.sql.autoBroadcastJoinThreshold",
        "spark.sql.broadcastTimeout",
        "spark.sql.files.maxPartitionBytes",
        "spark.sql.shuffle.partitions",
        "spark.task.cpus",
    }
)
"""They trade speed for memory or patience; none changes results, access or where data goes."""

TASK_CPUS = "spark.task.cpus"


def changed_conf(spec: Mapping[str, Any], conf: Mapping[str, str]) -> Json:
    """Return `spark_conf` with these settings; raises InvalidRequestError if it has them."""
    before: Json = spec.get("spark_conf") or {}
    if all(before.get(name) == value for name, value in conf.items()):
        raise InvalidRequestError("set_spark_conf", "the cluster has these settings already")
    return {**before, **conf}


def refuse_more_cpus_than_cores(conf: Mapping[str, str], cores: float) -> None:
    """Refuse what would never be scheduled: a task that wants more cores than an executor has."""
    wanted = int(conf.get(TASK_CPUS, "1"))
    if wanted > cores:
        detail = f"{TASK_CPUS} is {wanted}, a worker has {cores:g} cores"
        raise InvalidRequestError("set_spark_conf", detail)


def said(before: Mapping[str, str], conf: Mapping[str, str]) -> str:
    """Say what changes, like `Set spark.task.cpus to 2 (was unset)`."""
    each = [f"{name} to {value} (was {before.get(name, 'unset')})" for name, value in conf.items()]
    return f"Set {', '.join(each)}"
