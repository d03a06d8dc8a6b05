"""People and misfortunes: runs, repairs, edits and cluster ends that no API call asked for."""

from fastapi import APIRouter

from simulator.control.order import Order
from simulator.records import Json, TerminationReason
from simulator.routes.deps import WorkspaceDep

router = APIRouter()


class Ending(Order):
    """Why a cluster ends."""

    code: str = "USER_REQUEST"
    type: str = "SUCCESS"
    parameters: dict[str, str] = {}


class Start(Order):
    """Parameters of a run that a person starts."""

    parameters: dict[str, str] = {}


class Change(Order):
    """Settings that a person changes, by the rules of jobs/update."""

    settings: Json


@router.post("/jobs/{name}/run")
async def run_job(workspace: WorkspaceDep, name: str, order: Start) -> Json:
    """Start a job as its schedule would; `name` is its name in the scenario or its id."""
    return {"run_id": workspace.actors.run_now(name, dict(order.parameters)).run_id}


@router.post("/people/jobs/{name}/settings")
async def edit_settings(workspace: WorkspaceDep, name: str, change: Change) -> Json:
    """A person changes a job's settings."""
    workspace.actors.edit_settings(name, change.settings)
    return {}


@router.post("/people/runs/{run_id}/repair")
async def repair_run(workspace: WorkspaceDep, run_id: int) -> Json:
    """A person repairs a run."""
    return {"repair_id": workspace.actors.repair_run(run_id)}


@router.post("/people/runs/{run_id}/cancel")
async def cancel_run(workspace: WorkspaceDep, run_id: int) -> Json:
    """A person cancels a run."""
    workspace.runs.cancel(run_id)
    return {}


@router.post("/people/jobs/{name}/delete")
async def delete_job(workspace: WorkspaceDep, name: str) -> Json:
    """A person deletes a job."""
    workspace.jobs.delete(workspace.jobs.find(name).job_id)
    return {}


@router.post("/clusters/{name}/terminate")
async def terminate_cluster(workspace: WorkspaceDep, name: str, ending: Ending) -> Json:
    """Let a cluster end; any termination reason can be given."""
    reason = TerminationReason.model_validate(ending.model_dump())
    workspace.actors.terminate_cluster(name, reason)
    return {}
