"""Jobs: what they used of their budgets, and what is remembered to have helped them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import JobsDoor, Operator
from api.openapi import UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE
from lakemend.diagnosis import Cause
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.past import JobPast

router = APIRouter(
    prefix="/jobs",
    tags=["jobs"],
    responses={**UNAUTHORIZED, **UNPROCESSABLE, **UNAVAILABLE},
)

JobId = Annotated[str, Path(pattern=r"^[0-9]{1,19}$", examples=["123"])]
Workspace = Annotated[str, Query(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


@router.get("/{job_id}")
def get_job(job_id: JobId, jobs: JobsDoor, workspace: Workspace = DEFAULT_WORKSPACE) -> JobPast:
    """Read what a job used of its budgets, and what helped it; nothing for an unknown one."""
    return jobs.get(workspace, job_id)


@router.delete("/{job_id}/memory")
def forget_what_helped(
    job_id: JobId,
    operator: Operator,
    jobs: JobsDoor,
    workspace: Workspace = DEFAULT_WORKSPACE,
    cause: Cause | None = None,
) -> JobPast:
    """Forget what helped a job, against one cause or all; the next plan begins anew."""
    return jobs.forget(workspace, job_id, cause or "", operator)
