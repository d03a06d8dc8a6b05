"""`/api/2.2/jobs/...`: saved jobs."""

from typing import Annotated

from fastapi import APIRouter, Query

from simulator.records import Json
from simulator.routes.deps import JsonBody, WorkspaceDep, page_of, required

router = APIRouter(prefix="/jobs")
Limit = Annotated[int, Query(ge=0, le=100)]


@router.get("/get")
async def get_job(workspace: WorkspaceDep, job_id: int, page_token: str = "") -> Json:
    """Read a job; tasks come in pages of 100."""
    return workspace.views.job(workspace.jobs.get(job_id), page=page_of(page_token))


@router.get("/list")
async def list_jobs(
    workspace: WorkspaceDep,
    limit: Limit = 20,
    name: str = "",
    page_token: str = "",
    *,
    expand_tasks: bool = False,
) -> Json:
    """List jobs, newest first, by exact name without regard to case."""
    jobs = [
        job
        for job in reversed(workspace.world.state.jobs.values())
        if not name or str(job.settings.get("name", "")).lower() == name.lower()
    ]
    start = page_of(page_token)
    page = jobs[start : start + limit]
    body: Json = {
        "jobs": [workspace.views.listed_job(job, expand=expand_tasks) for job in page],
        "has_more": len(jobs) > start + limit,
    }
    if body["has_more"]:
        body["next_page_token"] = str(start + limit)
    return body


@router.post("/create")
async def create_job(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Save a new job."""
    return {"job_id": workspace.jobs.create(body).job_id}


@router.post("/update")
async def update_job(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Change some settings."""
    job_id = int(required(body, "job_id"))
    workspace.jobs.update(job_id, body.get("new_settings", {}), body.get("fields_to_remove", []))
    return {}


@router.post("/reset")
async def reset_job(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Replace all settings."""
    workspace.jobs.reset(int(required(body, "job_id")), required(body, "new_settings"))
    return {}


@router.post("/delete")
async def delete_job(workspace: WorkspaceDep, body: JsonBody) -> Json:
    """Delete a job."""
    workspace.jobs.delete(int(required(body, "job_id")))
    return {}
