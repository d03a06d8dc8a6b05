"""The part of a scenario file that is about compute."""

from datetime import timedelta
from typing import Literal

from simulator.durations import Duration
from simulator.scenario.entry import Entry, Json, Limited


class StartFailure(Limited):
    """A cluster that does not come up, with the termination reason it ends with."""

    code: str
    type: str = "CLOUD_FAILURE"
    parameters: dict[str, str] = {}


class ClusterEntry(Entry):
    """An all-purpose cluster. `autostart` says whether a run may start it when it is terminated."""

    spec: Json
    state: Literal["RUNNING", "TERMINATED"] = "RUNNING"
    autostart: bool = True
    start_fails: list[StartFailure] = []
    libraries: list[Json] = []
    reason: Json = {}
    access: list[Json] = []


class NodeType(Entry):
    """A machine type."""

    node_type_id: str
    memory_gb: float
    cores: int
    category: str = "General Purpose"
    disk_gb: int = 0
    disks: int = 0
    graviton: bool = False
    deprecated: bool = False
    hidden: bool = False
    gpus: int = 0


class StockOut(Limited):
    """No machines to be had; a field that is left out matches everything."""

    node_type: str = ""
    zone: str = ""
    availability: str = ""
    code: str = "AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE"
    type: str = "CLOUD_FAILURE"
    message: str = ""


class IndexGap(Limited):
    """A package that the library index does not give; `version` empty means every version."""

    package: str
    version: str = ""
    message: str = ""


class Delays(Entry):
    """How long the machinery takes."""

    cluster_start: Duration = timedelta(minutes=4)
    cluster_restart: Duration = timedelta(minutes=2)
    cluster_stop: Duration = timedelta(seconds=20)
    cluster_resize: Duration = timedelta(minutes=1)
    library_install: Duration = timedelta(seconds=20)
    cancel: Duration = timedelta(seconds=5)
    warehouse_start: Duration = timedelta(seconds=60)
    warehouse_stop: Duration = timedelta(seconds=10)


class PoolEntry(Entry):
    """An instance pool: machines of one type, some of them idle and ready."""

    settings: Json


class WarehouseEntry(Entry):
    """A SQL warehouse and how its start may fail."""

    settings: Json
    state: Literal["RUNNING", "STOPPED"] = "RUNNING"
    start_fails: list[StartFailure] = []
    unhealthy: bool = False


class StatementAnswer(Entry):
    """The rows that a statement gives; `sql` is compared without case and surrounding blanks."""

    sql: str
    columns: list[str] = ["value"]
    rows: list[list[str | None]] = []
    error: str = ""
