"""What bringing a SQL warehouse back takes, by the state it is in."""

from enum import StrEnum

from lakemend.compute.cluster_health import Health
from lakemend.evidence import WarehouseFacts

CHANGING = frozenset({"STARTING", "STOPPING"})
_UNHEALTHY = frozenset({"DEGRADED", "FAILED"})


class WarehouseMove(StrEnum):
    """The next thing to do."""

    START = "start"
    STOP = "stop"
    WAIT = "wait"
    DONE = "done"
    START_FAILED = "start_failed"
    IMPOSSIBLE = "impossible"


def warehouse_move(warehouse: WarehouseFacts, *, started_by_us: bool) -> WarehouseMove:
    """Decide by state: every path ends in DONE, START_FAILED or IMPOSSIBLE.

    A warehouse that runs and says it is healthy is left alone: others are on it, and who restarted
    it since the failure does not matter.
    """
    if warehouse.state in CHANGING:
        return WarehouseMove.WAIT
    if warehouse.state == "RUNNING":
        sick = warehouse.health in _UNHEALTHY
        return WarehouseMove.STOP if sick and not started_by_us else _ran(sick=sick)
    if warehouse.state == "STOPPED":
        return WarehouseMove.START_FAILED if started_by_us else WarehouseMove.START
    return WarehouseMove.IMPOSSIBLE


def _ran(*, sick: bool) -> WarehouseMove:
    return WarehouseMove.START_FAILED if sick else WarehouseMove.DONE


def warehouse_health(warehouse: WarehouseFacts) -> Health:
    """A warehouse is well when it runs healthily, or stopped without a failure after its work."""
    if warehouse.state in CHANGING:
        return Health.UNDECIDED
    sick = warehouse.health in _UNHEALTHY or bool(warehouse.failure)
    return Health.WELL if warehouse.state in {"RUNNING", "STOPPED"} and not sick else Health.UNWELL
