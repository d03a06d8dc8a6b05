import pytest

from lakemend.compute.cluster_health import Health
from lakemend.compute.warehouse_restart import WarehouseMove, warehouse_health, warehouse_move
from lakemend.evidence import WarehouseFacts


def warehouse(state: str, health: str = "HEALTHY", failure: str = "") -> WarehouseFacts:
    return WarehouseFacts(warehouse_id="w", state=state, health=health, failure=failure)


@pytest.mark.parametrize(
    ("state", "health", "move"),
    [
        ("RUNNING", "HEALTHY", WarehouseMove.DONE),
        ("RUNNING", "", WarehouseMove.DONE),
        ("RUNNING", "DEGRADED", WarehouseMove.STOP),
        ("RUNNING", "FAILED", WarehouseMove.STOP),
        ("STOPPED", "HEALTHY", WarehouseMove.START),
        ("STARTING", "HEALTHY", WarehouseMove.WAIT),
        ("STOPPING", "FAILED", WarehouseMove.WAIT),
        ("DELETED", "", WarehouseMove.IMPOSSIBLE),
        ("SOMETHING_NEW", "", WarehouseMove.IMPOSSIBLE),
    ],
)
def test_first_move_by_state(state: str, health: str, move: WarehouseMove) -> None:
    assert warehouse_move(warehouse(state, health), started_by_us=False) is move


@pytest.mark.parametrize(("state", "health"), [("STOPPED", "FAILED"), ("RUNNING", "FAILED")])
def test_start_of_ours_that_did_not_help_is_not_repeated(state: str, health: str) -> None:
    move = warehouse_move(warehouse(state, health), started_by_us=True)

    assert move is WarehouseMove.START_FAILED


@pytest.mark.parametrize(
    ("seen", "health"),
    [
        (warehouse("RUNNING"), Health.WELL),
        (warehouse("STOPPED"), Health.WELL),
        (warehouse("STOPPED", "FAILED", "NO_MACHINES"), Health.UNWELL),
        (warehouse("RUNNING", "DEGRADED"), Health.UNWELL),
        (warehouse("DELETED", ""), Health.UNWELL),
        (warehouse("STARTING"), Health.UNDECIDED),
    ],
)
def test_health(seen: WarehouseFacts, health: Health) -> None:
    assert warehouse_health(seen) is health
