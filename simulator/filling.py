"""How a scenario becomes the first state of a workspace."""

from copy import deepcopy
from typing import Protocol

from simulator.clusters import Clusters
from simulator.compute import repeated
from simulator.ids import next_id
from simulator.jobs import Jobs, merged
from simulator.libraries import Libraries
from simulator.model.capacity import kinds_of
from simulator.model.machine import availability_of
from simulator.records import (
    Cluster,
    Json,
    LibraryStatus,
    Pipeline,
    Pool,
    TerminationReason,
    Warehouse,
)
from simulator.scenario import ClusterEntry, WarehouseEntry
from simulator.world import World


class Fillable(Protocol):
    """The parts of a workspace that a scenario fills."""

    world: World
    clusters: Clusters
    libraries: Libraries
    jobs: Jobs


def fill(workspace: Fillable) -> None:
    """Place everything that the scenario names, as it stands when the story begins."""
    scenario, world = workspace.world.scenario, workspace.world
    ids = {name: _cluster(workspace, name, entry) for name, entry in scenario.clusters.items()}
    # They are there already; none of them has to come up.
    world.clock.forget("cluster_up")
    ids |= _resources(world)
    for name, entry in scenario.jobs.items():
        settings = merged(deepcopy(scenario.defaults), {"name": name, **entry.settings})
        workspace.jobs.create(settings, name, entry.creator).access = deepcopy(entry.access)
    jobs = {job.name_in_scenario: job.job_id for job in world.state.jobs.values()}
    for job in world.state.jobs.values():
        _name_ids(job.settings, ids, jobs)
        job.wanted = deepcopy(job.settings)


def _cluster(workspace: Fillable, name: str, entry: ClusterEntry) -> str:
    cluster = workspace.clusters.create({"cluster_name": name, **entry.spec}, "UI", name)
    cluster.autostart, cluster.access = entry.autostart, deepcopy(entry.access)
    cluster.libraries = [
        LibraryStatus(library=library, status="INSTALLING") for library in entry.libraries
    ]
    for item in cluster.libraries:
        workspace.libraries.try_to_install(item)
    cluster.state, cluster.generation = entry.state, cluster.generation + 1
    cluster.on_demand = kinds_of(availability_of(entry.spec))[0].startswith("ON_DEMAND")
    if entry.state == "TERMINATED":
        _end(cluster, entry, workspace.world.clock.milliseconds)
    return cluster.cluster_id


def _end(cluster: Cluster, entry: ClusterEntry, now: int) -> None:
    cluster.terminated_time = now
    given = {"code": "INACTIVITY", "type": "SUCCESS", **entry.reason}
    cluster.reason = TerminationReason.model_validate(given)


def _resources(world: World) -> dict[str, str]:
    """Pools, warehouses and pipelines; their ids by name."""
    ids: dict[str, str] = {}
    for name, pool in world.scenario.pools.items():
        ids[name] = f"pool-{next_id(world.state):x}"
        world.state.pools[ids[name]] = Pool(
            instance_pool_id=ids[name], name=name, settings=deepcopy(pool.settings)
        )
    for name, entry in world.scenario.warehouses.items():
        ids[name] = f"{next_id(world.state):x}"
        world.state.warehouses[ids[name]] = _warehouse(ids[name], name, entry)
    for name, pipeline in world.scenario.pipelines.items():
        ids[name] = f"pipeline-{next_id(world.state):x}"
        world.state.pipelines[ids[name]] = Pipeline(
            pipeline_id=ids[name],
            name=name,
            spec=deepcopy(pipeline.spec),
            last_modified=world.clock.milliseconds,
        )
    return ids


def _warehouse(warehouse_id: str, name: str, entry: WarehouseEntry) -> Warehouse:
    failure = {"code": "UNKNOWN", "type": "SERVICE_FAULT"} if entry.unhealthy else None
    return Warehouse(
        warehouse_id=warehouse_id,
        name=name,
        settings=deepcopy(entry.settings),
        state=entry.state,
        failure=failure,
    )


def _name_ids(settings: Json, ids: dict[str, str], jobs: dict[str, int]) -> None:
    """Put ids where the scenario uses names."""
    clusters = [item["new_cluster"] for item in settings.get("job_clusters", [])]
    for task in map(repeated, settings.get("tasks", [])):
        clusters.append(task.get("new_cluster") or {})
        for holder, field in (
            (task, "existing_cluster_id"),
            (task.get("sql_task", {}), "warehouse_id"),
            (task.get("pipeline_task", {}), "pipeline_id"),
        ):
            if holder.get(field) in ids:
                holder[field] = ids[holder[field]]
        nested = task.get("run_job_task", {})
        if nested.get("job_id") in jobs:
            nested["job_id"] = jobs[nested["job_id"]]
    for cluster in clusters:
        if cluster.get("instance_pool_id") in ids:
            cluster["instance_pool_id"] = ids[cluster["instance_pool_id"]]
