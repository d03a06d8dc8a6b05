"""Permissions and instance pools."""

from copy import deepcopy

from fastapi import APIRouter

from simulator.errors import ResourceMissingError
from simulator.records import Json
from simulator.routes.deps import JsonBody, WorkspaceDep
from simulator.workspace import Workspace

router = APIRouter()


@router.get("/permissions/{kind}/{object_id}")
async def get_permissions(workspace: WorkspaceDep, kind: str, object_id: str) -> Json:
    """Read who may do what."""
    return _shown(kind, object_id, _access(workspace, kind, object_id))


@router.put("/permissions/{kind}/{object_id}")
async def set_permissions(
    workspace: WorkspaceDep, kind: str, object_id: str, body: JsonBody
) -> Json:
    """Replace who may do what."""
    access = _access(workspace, kind, object_id)
    access[:] = deepcopy(body.get("access_control_list", []))
    return _shown(kind, object_id, access)


@router.patch("/permissions/{kind}/{object_id}")
async def update_permissions(
    workspace: WorkspaceDep, kind: str, object_id: str, body: JsonBody
) -> Json:
    """Add rights."""
    access = _access(workspace, kind, object_id)
    access.extend(deepcopy(body.get("access_control_list", [])))
    return _shown(kind, object_id, access)


@router.get("/instance-pools/get")
async def get_pool(workspace: WorkspaceDep, instance_pool_id: str) -> Json:
    """Read an instance pool."""
    pool = workspace.world.state.pools.get(instance_pool_id)
    if pool is None:
        raise ResourceMissingError(f"Can't find an instance pool with id {instance_pool_id}.")
    return {**pool.settings, "instance_pool_id": instance_pool_id, "state": "ACTIVE"}


@router.get("/instance-pools/list")
async def list_pools(workspace: WorkspaceDep) -> Json:
    """List instance pools."""
    pools = workspace.world.state.pools.values()
    return {
        "instance_pools": [
            {**pool.settings, "instance_pool_id": pool.instance_pool_id, "state": "ACTIVE"}
            for pool in pools
        ]
    }


def _access(workspace: Workspace, kind: str, object_id: str) -> list[Json]:
    """The list that holds an object's rights."""
    if kind == "jobs":
        return workspace.jobs.get(int(object_id)).access
    if kind == "clusters":
        return workspace.clusters.get(object_id).access
    if kind == "pipelines":
        return workspace.pipelines.get(object_id).access
    if kind == "warehouses":
        return workspace.warehouses.get(object_id).access
    raise ResourceMissingError(f"No permissions are kept for {kind}.")


def _shown(kind: str, object_id: str, access: list[Json]) -> Json:
    return {
        "object_id": f"/{kind}/{object_id}",
        "object_type": kind.rstrip("s"),
        "access_control_list": [
            {
                **{key: value for key, value in entry.items() if key != "permission_level"},
                "all_permissions": [
                    {"permission_level": entry.get("permission_level"), "inherited": False}
                ],
            }
            for entry in access
        ],
    }
