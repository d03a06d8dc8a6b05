"""What a step acts on: where the failed task ran decides."""

from lakemend.actions import Scope
from lakemend.evidence import ComputeKind, Evidence, JobFacts, TaskFacts
from lakemend.step import ResourceKind, Target

_OVERWRITTEN = "the job is deployed by a tool that would overwrite the change"


def find_target(
    scope: Scope, task: TaskFacts | None, evidence: Evidence
) -> tuple[Target | None, str]:
    """Return the target, or why a step of this scope does not apply."""
    run = evidence.run
    if scope is Scope.NOTHING:
        return None, ""
    if scope is Scope.RUN:
        return Target(kind=ResourceKind.RUN, id=run.run_id), ""
    if scope is Scope.JOB:
        target = Target(kind=ResourceKind.JOB, id=run.job_id)
        return (target, "") if run.job_id else (None, "the run belongs to no saved job")
    if task is None:
        return None, "no failed task tells which compute is meant"
    return _compute(scope, task, evidence.job)


def _compute(scope: Scope, task: TaskFacts, job: JobFacts | None) -> tuple[Target | None, str]:
    compute = task.compute
    if compute.kind is ComputeKind.ALL_PURPOSE and compute.cluster_id:
        return Target(kind=ResourceKind.CLUSTER, id=compute.cluster_id), ""
    if scope is Scope.CLUSTER or compute.kind is not ComputeKind.JOB_CLUSTER:
        return None, f"it does not apply to {compute.kind} compute"
    if job is None:
        return None, "the job's settings could not be read"
    if job.edit_mode == "UI_LOCKED" or job.deployment_kind in {"BUNDLE", "SYSTEM_MANAGED"}:
        return None, _OVERWRITTEN
    key = compute.job_cluster_key
    task_key = "" if key else task.task_key
    target = Target(kind=ResourceKind.JOB, id=job.job_id, task_key=task_key, job_cluster_key=key)
    return target, ""
