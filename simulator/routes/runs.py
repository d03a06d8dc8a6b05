"""`/api/2.2/jobs/run-now` and `/api/2.2/jobs/runs/...`."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from simulator.errors import InvalidParameterError
from simulator.records import JobRun, Json
from simulator.routes.deps import JsonBody, WorkspaceDep, page_of, required

router = APIRouter(prefix="/jobs")
LARGEST_PAGE = 25


@dataclass(frozen=True)
class RunFilter:
    """Which runs runs/list gives."""

    job_id: int | None = None
    active_only: bool = False
    completed_only: bool = False
    run_type: str = ""
    start_time_from: int = 0
    start_time_to: int = 0

    def takes(self, run: JobRun) -> bool:
        """Whether a run is listed."""
        return (
            (self.job_id is None or run.job_id == self.job_id)
            and not (self.active_only and run.over)
            and not (self.completed_only and not run.over)
            and self.run_type in {"", run.run_type}
            and run.start_time >= self.start_time_from
            and (not self.start_time_to or run.start_time <= self.start_time_to)
        )


@router.post("/run-now")
async def run_now(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Start a run."""
    required(body, "job_id")
    run = workspace.runs.run_now(body)
    return {"run_id": run.run_id, "number_in_job": run.number_in_job}


@router.post("/runs/submit")
async def submit_run(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Start a one-time run."""
    return {"run_id": workspace.submissions.submit(body).run_id}


@router.get("/runs/get")
async def get_run(
    workspace: WorkspaceDep, run_id: int, page_token: str = "", *, include_history: bool = False
) -> Json:
    """Read a job run, or the run of one task."""
    run, attempt = workspace.runs.find(run_id)
    if attempt is not None:
        return workspace.views.task_run(run, attempt, page=page_of(page_token))
    return workspace.views.run(run, history=include_history, page=page_of(page_token))


@router.get("/runs/list")
async def list_runs(
    workspace: WorkspaceDep,
    chosen: Annotated[RunFilter, Depends()],
    limit: Annotated[int, Query(ge=0)] = 20,
    page_token: str = "",
    *,
    expand_tasks: bool = False,
) -> Json:
    """List runs, newest first, without repair history."""
    size = min(limit or LARGEST_PAGE, LARGEST_PAGE)
    world = workspace.world
    known = reversed(world.state.runs.values())
    of_job = known if chosen.job_id is None else world.index.of_job(chosen.job_id)
    runs = [run for run in of_job if chosen.takes(run)]
    start = page_of(page_token)
    page = runs[start : start + size]
    body: Json = {"has_more": len(runs) > start + size}
    if page:
        body["runs"] = [workspace.views.listed(run, expand=expand_tasks) for run in page]
    if body["has_more"]:
        body["next_page_token"] = str(start + size)
    return body


@router.get("/runs/get-output")
async def get_run_output(workspace: WorkspaceDep, run_id: int) -> Json:
    """Read the output of one task's run; a job run answers only if it has one task."""
    run, attempt = workspace.runs.find(run_id)
    if attempt is None:
        if len(run.latest) != 1:
            raise InvalidParameterError(
                "Retrieving the output of runs with multiple tasks is not supported. Please "
                "retrieve the output of each individual task run instead."
            )
        attempt = next(iter(run.latest.values()))
    return workspace.outputs.of(run, attempt)


@router.post("/runs/repair")
async def repair_run(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Run failed or named tasks of an ended run again."""
    required(body, "run_id")
    return {"repair_id": workspace.repairs.repair(body).repair_id}


@router.post("/runs/cancel")
async def cancel_run(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Begin to cancel a run."""
    workspace.runs.cancel(int(required(body, "run_id")))
    return {}


@router.post("/runs/cancel-all")
async def cancel_all_runs(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Cancel all runs of a job, or of the workspace; recovery must never ask for it."""
    for run in list(workspace.world.state.runs.values()):
        if not run.over and body.get("job_id") in {None, run.job_id}:
            workspace.runs.cancel(run.run_id)
    return {}


@router.post("/runs/delete")
async def delete_run(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Delete a run that has ended."""
    workspace.runs.delete(int(required(body, "run_id")))
    return {}
