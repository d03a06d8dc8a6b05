"""`/api/2.1/clusters/...`."""

from copy import deepcopy

from fastapi import APIRouter

from simulator.errors import MalformedRequestError
from simulator.records import Cluster, Json
from simulator.routes.deps import JsonBody, WorkspaceDep, page_of, required

router = APIRouter(prefix="/clusters")


@router.get("/get")
async def get_cluster(workspace: WorkspaceDep, cluster_id: str) -> Json:
    """Read a cluster."""
    return shown(workspace.clusters.get(cluster_id))


@router.get("/list")
async def list_clusters(
    workspace: WorkspaceDep, page_size: int = 100, page_token: str = ""
) -> Json:
    """List clusters, newest first."""
    clusters = list(reversed(workspace.world.state.clusters.values()))
    start = page_of(page_token)
    body: Json = {"clusters": [shown(item) for item in clusters[start : start + page_size]]}
    if len(clusters) > start + page_size:
        body["next_page_token"] = str(start + page_size)
    return body


@router.get("/list-node-types")
async def list_node_types(workspace: WorkspaceDep) -> Json:
    """List machine types."""
    return {"node_types": workspace.world.node_types.listed()}


@router.get("/list-zones")
async def list_zones(workspace: WorkspaceDep) -> Json:
    """List availability zones."""
    zones = workspace.world.scenario.zones
    return {"zones": zones, "default_zone": zones[0] if zones else ""}


@router.get("/spark-versions")
async def spark_versions() -> Json:
    """List runtime versions."""
    return {"versions": [{"key": "15.4.x-scala2.12", "name": "15.4 LTS"}]}


@router.post("/create")
async def create_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Make an all-purpose cluster."""
    return {"cluster_id": workspace.clusters.create(body, "API").cluster_id}


@router.post("/start")
async def start_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Start a terminated cluster."""
    workspace.clusters.start(str(required(body, "cluster_id")))
    return {}


@router.post("/restart")
async def restart_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Restart a running cluster."""
    workspace.clusters.restart(str(required(body, "cluster_id")))
    return {}


@router.post("/edit")
async def edit_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Replace a cluster's attributes and size."""
    spec = {key: value for key, value in body.items() if key != "cluster_id"}
    workspace.clusters.edit(str(required(body, "cluster_id")), spec)
    return {}


@router.post("/update")
async def update_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Replace the attributes that the mask names."""
    mask = str(required(body, "update_mask"))
    workspace.clusters.update(str(required(body, "cluster_id")), body.get("cluster") or {}, mask)
    return {}


@router.post("/resize")
async def resize_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Change the number of workers."""
    if "num_workers" not in body and "autoscale" not in body:
        raise MalformedRequestError("One of num_workers and autoscale is needed.")
    workspace.clusters.resize(str(required(body, "cluster_id")), body)
    return {}


@router.post("/delete")
async def delete_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Terminate a cluster."""
    workspace.clusters.terminate(str(required(body, "cluster_id")))
    return {}


@router.post("/permanent-delete")
async def permanently_delete_cluster(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Delete a cluster for good; recovery must never ask for it."""
    workspace.clusters.permanently_delete(str(required(body, "cluster_id")))
    return {}


@router.post("/events")
async def cluster_events(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """List a cluster's events, newest first unless asked otherwise."""
    events = workspace.clusters.get(str(required(body, "cluster_id"))).events
    kinds = set(body.get("event_types", []))
    start, end = int(body.get("start_time") or 0), int(body.get("end_time") or 2**62)
    found = [
        event
        for event in events
        if start <= event["timestamp"] <= end and (not kinds or event["type"] in kinds)
    ]
    if body.get("order", "DESC") == "DESC":
        found.reverse()
    offset = page_of(str(body.get("page_token") or body.get("offset") or ""))
    size = int(body.get("page_size") or body.get("limit") or 50)
    answer: Json = {"events": found[offset : offset + size], "total_count": len(found)}
    if len(found) > offset + size:
        following = {**body, "offset": offset + size}
        answer["next_page"] = following
        answer["next_page_token"] = str(offset + size)
    return answer


def shown(cluster: Cluster) -> Json:
    """A cluster as the API shows it: its attributes, its state, and what was asked for."""
    body: Json = {
        **deepcopy(cluster.spec),
        "cluster_id": cluster.cluster_id,
        "cluster_source": cluster.source,
        "creator_user_name": cluster.creator,
        "driver_node_type_id": cluster.spec.get("driver_node_type_id")
        or cluster.spec.get("node_type_id"),
        "state": cluster.state,
        "state_message": cluster.state_message,
        "start_time": cluster.start_time,
        "last_restarted_time": cluster.last_restarted_time,
        "spec": deepcopy(cluster.spec),
    }
    if cluster.terminated_time:
        body["terminated_time"] = cluster.terminated_time
    if cluster.reason is not None:
        body["termination_reason"] = cluster.reason.model_dump()
    return {key: value for key, value in body.items() if value is not None}
