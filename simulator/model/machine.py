"""The machine that a task runs on, as far as it decides whether the task passes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.scenario import NodeType

Json = dict[str, Any]
SPOT_WORDS = ("SPOT", "PREEMPTIBLE")


@dataclass(frozen=True)
class Machine:
    """Memory in GB of one node, number of workers, and what is installed and set."""

    driver_memory_gb: float = 16
    executor_memory_gb: float = 16
    workers: int = 1
    on_demand: bool = True
    spark_conf: dict[str, str] = field(default_factory=dict[str, str])
    library_versions: dict[str, str] = field(default_factory=dict[str, str])
    cluster_id: str = ""


SERVERLESS = Machine(driver_memory_gb=16, executor_memory_gb=32, workers=8)
"""Serverless compute; its sizes are an assumption, for the platform does not tell them."""


def availability_of(spec: Json) -> str:
    """What kind of machines a cluster asks for; ON_DEMAND unless it says otherwise."""
    for attributes in ("aws_attributes", "azure_attributes", "gcp_attributes"):
        if availability := spec.get(attributes, {}).get("availability"):
            return str(availability)
    return "ON_DEMAND"


def zone_of(spec: Json) -> str:
    """The zone a cluster asks for; `auto` when it leaves the choice to the platform."""
    for attributes in ("aws_attributes", "gcp_attributes"):
        if zone := spec.get(attributes, {}).get("zone_id"):
            return str(zone)
    return "auto"


def workers_of(spec: Json) -> int:
    """Number of workers: the fixed size, or the upper end of autoscaling."""
    autoscale: Json = spec.get("autoscale") or {}
    return int(autoscale.get("max_workers", spec.get("num_workers", 0)))


def machine_of(
    cluster_id: str,
    spec: Json,
    node_type: Callable[[str], NodeType],
    *,
    on_demand: bool,
    library_versions: dict[str, str],
) -> Machine:
    """Describe a running cluster. A cluster without workers executes on its driver."""
    worker = node_type(str(spec.get("node_type_id", "")))
    driver = node_type(str(spec.get("driver_node_type_id") or worker.node_type_id))
    workers = workers_of(spec)
    return Machine(
        driver_memory_gb=driver.memory_gb,
        executor_memory_gb=worker.memory_gb if workers else driver.memory_gb,
        workers=workers,
        on_demand=on_demand,
        spark_conf={key: str(value) for key, value in spec.get("spark_conf", {}).items()},
        library_versions=library_versions,
        cluster_id=cluster_id,
    )
