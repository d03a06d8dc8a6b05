"""`/api/2.0/libraries/...`."""

from fastapi import APIRouter

from simulator.records import Json
from simulator.routes.deps import JsonBody, WorkspaceDep, required

router = APIRouter(prefix="/libraries")


@router.get("/cluster-status")
async def cluster_status(workspace: WorkspaceDep, cluster_id: str) -> Json:
    """Read the state of a cluster's libraries."""
    cluster = workspace.clusters.get(cluster_id)
    statuses = [
        {**item.model_dump(), "is_library_for_all_clusters": False} for item in cluster.libraries
    ]
    return {"cluster_id": cluster_id, "library_statuses": statuses}


@router.post("/install")
async def install_libraries(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Ask for libraries."""
    workspace.libraries.install(
        str(required(body, "cluster_id")), list(required(body, "libraries"))
    )
    return {}


@router.post("/uninstall")
async def uninstall_libraries(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Have libraries removed at the next restart."""
    workspace.libraries.uninstall(
        str(required(body, "cluster_id")), list(required(body, "libraries"))
    )
    return {}
