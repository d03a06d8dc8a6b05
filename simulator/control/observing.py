"""Time, faults, and what happened so far."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from simulator.control.order import Order
from simulator.faults import ActiveFault, Fault, Faults
from simulator.invariants import report
from simulator.records import Json
from simulator.routes.deps import WorkspaceDep


def _faults(request: Request) -> Faults:
    return request.app.state.faults


router = APIRouter()
FaultsDep = Annotated[Faults, Depends(_faults)]


class Pace(Order):
    """`advance` in seconds before the factor; `factor` for durations that begin from now on."""

    advance: float = 0
    factor: float | None = None
    frozen: bool | None = None


@router.get("/status")
async def status(workspace: WorkspaceDep) -> Json:
    """Name, time, and whether anything is still going to happen."""
    world = workspace.world
    return {
        "scenario": world.scenario.name,
        "workspace_id": str(world.scenario.workspace_id),
        "now": world.clock.now,
        "factor": world.state.clock.factor,
        "frozen": world.state.clock.frozen,
        "started": world.state.started,
        "quiet": workspace.quiet,
        "jobs": {job.name_in_scenario: job.job_id for job in world.state.jobs.values()},
        "clusters": {
            item.name_in_scenario: item.cluster_id
            for item in world.state.clusters.values()
            if item.name_in_scenario
        },
        "warehouses": {item.name: item.warehouse_id for item in world.state.warehouses.values()},
        "pipelines": {item.name: item.pipeline_id for item in world.state.pipelines.values()},
    }


@router.post("/start")
async def start(workspace: WorkspaceDep) -> Json:
    """Begin the scenario's schedule."""
    workspace.actors.start()
    return {}


@router.post("/time")
async def set_time(workspace: WorkspaceDep, pace: Pace) -> Json:
    """Jump ahead, change the pace, freeze or thaw."""
    workspace.world.clock.set_pace(pace.factor, frozen=pace.frozen)
    if pace.advance:
        workspace.world.clock.advance(timedelta(seconds=pace.advance))
    return {"now": workspace.world.clock.now}


@router.get("/expectations")
async def expectations(workspace: WorkspaceDep) -> Json:
    """What the scenario expects of recovery, by job."""
    return {
        name: entry.expect.model_dump() for name, entry in workspace.world.scenario.jobs.items()
    }


@router.get("/runs")
async def runs(workspace: WorkspaceDep) -> list[Json]:
    """All runs in short, oldest first."""
    jobs = workspace.world.state.jobs
    return [
        {
            "run_id": run.run_id,
            "job": jobs[run.job_id].name_in_scenario if run.job_id in jobs else "",
            "job_id": run.job_id,
            "by": run.by,
            "phase": run.phase.value,
            "result": run.end.result if run.end else "",
            "code": run.end.code if run.end else "",
            "message": run.end.message if run.end else "",
            "attempts": len(run.attempts),
            "repairs": len(run.repairs) - 1,
        }
        for run in workspace.world.state.runs.values()
    ]


@router.get("/requests")
async def requests(workspace: WorkspaceDep, after: int = 0) -> list[Json]:
    """The request log, from the entry after this number."""
    return [call.model_dump() for call in workspace.world.state.calls[after:]]


@router.get("/invariants")
async def invariants(workspace: WorkspaceDep) -> Json:
    """What a recovery must have left true."""
    return report(workspace)


@router.post("/faults")
async def add_fault(faults: FaultsDep, fault: Fault) -> ActiveFault:
    """Inject a fault."""
    return faults.add(fault)


@router.get("/faults")
async def list_faults(faults: FaultsDep) -> list[ActiveFault]:
    """The faults at work and how often each has hit."""
    return faults.active


@router.delete("/faults")
async def clear_faults(faults: FaultsDep) -> Json:
    """End all faults."""
    faults.clear()
    return {}
