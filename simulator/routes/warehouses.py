"""`/api/2.0/sql/...`: warehouses and statements."""

from fastapi import APIRouter

from simulator.records import Json, Warehouse
from simulator.routes.deps import JsonBody, WorkspaceDep, required

router = APIRouter(prefix="/sql")


@router.get("/warehouses")
async def list_warehouses(workspace: WorkspaceDep) -> Json:
    """List warehouses."""
    return {"warehouses": [shown(item) for item in workspace.world.state.warehouses.values()]}


@router.get("/warehouses/{warehouse_id}")
async def get_warehouse(workspace: WorkspaceDep, warehouse_id: str) -> Json:
    """Read a warehouse."""
    return shown(workspace.warehouses.get(warehouse_id))


@router.post("/warehouses/{warehouse_id}/start")
async def start_warehouse(workspace: WorkspaceDep, warehouse_id: str) -> Json:
    """Start a warehouse."""
    workspace.warehouses.start(warehouse_id)
    return {}


@router.post("/warehouses/{warehouse_id}/stop")
async def stop_warehouse(workspace: WorkspaceDep, warehouse_id: str) -> Json:
    """Stop a warehouse."""
    workspace.warehouses.stop(warehouse_id)
    return {}


@router.post("/warehouses/{warehouse_id}/edit")
async def edit_warehouse(workspace: WorkspaceDep, warehouse_id: str, body: JsonBody) -> Json:
    """Change a warehouse's settings."""
    workspace.warehouses.edit(warehouse_id, body)
    return {}


@router.post("/statements")
async def execute_statement(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Run a statement and wait for its rows."""
    return workspace.warehouses.execute(
        str(required(body, "warehouse_id")), str(required(body, "statement"))
    )


def shown(warehouse: Warehouse) -> Json:
    """A warehouse as the API shows it."""
    health: Json = {"status": "HEALTHY"}
    if warehouse.failure is not None:
        health = {"status": "FAILED", "failure_reason": warehouse.failure}
    return {
        **warehouse.settings,
        "id": warehouse.warehouse_id,
        "name": warehouse.name,
        "state": warehouse.state,
        "health": health,
    }
