"""Bring a SQL warehouse back to RUNNING and healthy."""

from collections.abc import Sequence
from datetime import timedelta

from activities.actions.action import Action, Plan, Try
from activities.actions.others import obey
from activities.errors import StillChangingError
from activities.reading.warehouse import warehouse_facts
from activities.workspace import Json
from activities.workspace.writes import start_warehouse, stop_warehouse
from lakemend import actions
from lakemend.compute.warehouse_restart import WarehouseMove, warehouse_move
from lakemend.errors import InvalidRequestError, InvalidStateError, WorkspaceError
from lakemend.evidence import WarehouseFacts
from lakemend.step import ResourceKind, StepResult

_SOON = timedelta(seconds=5)  # a start takes seconds on serverless, minutes on classic


class RestartWarehouse(Action[actions.RestartWarehouse]):
    """Converges: each try reads the state and makes the one move it asks for.

    States and health are those of databricks-sdk: sql.State, sql.EndpointHealth. A warehouse has no
    restart; start and stop answer before they are done (sql.WarehousesAPI).
    """

    parameters = actions.RestartWarehouse

    def plan(self, tried: Try[actions.RestartWarehouse]) -> Plan:
        """Decide by state and health, and say how many sessions a stop interrupts."""
        warehouse = _read(tried)
        move = warehouse_move(warehouse, started_by_us=_started(tried))
        name = f"Warehouse {warehouse.warehouse_id}"
        if move is WarehouseMove.WAIT:
            raise StillChangingError(f"{name} is {warehouse.state}", _SOON)
        if move in {WarehouseMove.START_FAILED, WarehouseMove.IMPOSSIBLE}:
            detail = f"{name} is {warehouse.state}: {warehouse.failure or 'no reason was given'}"
            raise InvalidStateError("restart_warehouse", detail)
        if move is WarehouseMove.DONE:
            return Plan(StepResult(message=f"{name} is running and healthy"))
        return _start(warehouse) if move is WarehouseMove.START else _stop(tried, warehouse)

    def confirm(
        self, tried: Try[actions.RestartWarehouse], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """Wait by failing: a later try makes the next move, or finds it running."""
        del tried, answers
        raise StillChangingError(plan.result.message, _SOON)

    def recover(
        self, tried: Try[actions.RestartWarehouse], plan: Plan, error: WorkspaceError
    ) -> StepResult:
        """Somebody was quicker if the state does not allow the call any more: read it again."""
        del tried
        if isinstance(error, InvalidStateError):
            raise StillChangingError(f"{plan.result.message}: {error.detail}", _SOON) from error
        raise error


def _read(tried: Try[actions.RestartWarehouse]) -> WarehouseFacts:
    target = tried.step.target
    if target is None or target.kind is not ResourceKind.WAREHOUSE:
        raise InvalidRequestError("restart_warehouse", "the target is not a SQL warehouse")
    return warehouse_facts(tried.workspace.get_warehouse(target.id))


def _started(tried: Try[actions.RestartWarehouse]) -> bool:
    """Whether the platform accepted a start of ours, rather than only the stop before it."""
    calls = tried.earlier_calls
    return tried.accepted and bool(calls) and calls[-1].path.endswith("/start")


def _start(warehouse: WarehouseFacts) -> Plan:
    reason = f" (it failed with {warehouse.failure})" if warehouse.failure else ""
    message = f"Start warehouse {warehouse.warehouse_id}{reason}"
    return Plan(StepResult(message=message), (start_warehouse(warehouse.warehouse_id, message),))


def _stop(tried: Try[actions.RestartWarehouse], warehouse: WarehouseFacts) -> Plan:
    name = warehouse.warehouse_id
    message = f"Stop warehouse {name}, which is {warehouse.health}"
    if warehouse.active_sessions:
        message += f", and interrupt {warehouse.active_sessions} active sessions"
        message = obey(tried.parameters.others, name, message)
    message += "; then start it"
    write, then = stop_warehouse(name, message), start_warehouse(name, f"Start warehouse {name}")
    return Plan(StepResult(message=message), (write,), later=(then,))
