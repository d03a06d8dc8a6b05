"""What a step acts on: where the failed task ran decides."""

from lakemend.actions import Scope
from lakemend.diagnosis import Diagnosis
from lakemend.evidence import Compute, ComputeKind, Evidence, JobFacts, ResourceFacts, TaskFacts
from lakemend.step import ResourceKind, Target

_RESOURCES = {
    Scope.WAREHOUSE: (ResourceKind.WAREHOUSE, ComputeKind.WAREHOUSE),
    Scope.PIPELINE: (ResourceKind.PIPELINE, ComputeKind.PIPELINE),
}
_OVERWRITTEN = "the job is deployed by a tool that would overwrite the change"


def failing_task(diagnosis: Diagnosis, evidence: Evidence) -> TaskFacts | None:
    """Return the task that the diagnosis blames, else the first that failed."""
    named = [task for task in evidence.tasks if task.task_key == diagnosis.task_key]
    return next(iter([*named, *evidence.failed_tasks]), None)


def find_target(
    scope: Scope, task: TaskFacts | None, evidence: Evidence, *, edit_deployed: bool = False
) -> tuple[Target | None, str]:
    """Return the target, or why a step of this scope does not apply.

    With `edit_deployed` a job is no exception that a tool deploys.
    """
    if evidence.resource:
        return _itself(scope, evidence.resource)
    if not edit_deployed or scope is Scope.USERS:
        return _where_it_ran(scope, task, evidence)
    target, skip = _where_it_ran(scope, task, _as_ours(evidence))
    return (target and target.model_copy(update={"edit_deployed": True})), skip


def _as_ours(evidence: Evidence) -> Evidence:
    """See a deployed job as any other, unless the platform lets nobody edit it."""
    job = evidence.job
    if job is None or job.deployment_kind == "SYSTEM_MANAGED":
        return evidence
    ours = job.model_copy(update={"edit_mode": "", "deployment_kind": ""})
    return evidence.model_copy(update={"job": ours})


def _where_it_ran(
    scope: Scope, task: TaskFacts | None, evidence: Evidence
) -> tuple[Target | None, str]:
    if scope in _WITHOUT_TASK:
        return _WITHOUT_TASK[scope](evidence)
    if task is None:
        return None, "no failed task tells which compute is meant"
    if scope in _RESOURCES:
        return _resource(scope, task.compute)
    if scope is Scope.LIBRARIES:
        return _libraries(task.compute, evidence.job)
    if scope is Scope.TASK:
        return _task(task, evidence.job)
    return (
        _users(task, evidence.job) if scope is Scope.USERS else _compute(scope, task, evidence.job)
    )


def _itself(scope: Scope, resource: ResourceFacts) -> tuple[Target | None, str]:
    """Bring a resource back as it is: only a run's end would tell when settings may go back."""
    if scope is Scope.NOTHING:
        return None, ""
    kind, _, id_ = resource.resource.partition("-")
    if scope.value != kind:
        return None, f"without a run, a {kind} is only brought back as it is"
    return Target(kind=ResourceKind(kind), id=id_), ""


def _nothing(_evidence: Evidence) -> tuple[Target | None, str]:
    return None, ""


def _run(evidence: Evidence) -> tuple[Target | None, str]:
    return Target(kind=ResourceKind.RUN, id=evidence.run.run_id), ""


def _job(evidence: Evidence) -> tuple[Target | None, str]:
    if not evidence.run.job_id:
        return None, "the run belongs to no saved job"
    return Target(kind=ResourceKind.JOB, id=evidence.run.job_id), ""


def _whole_job(evidence: Evidence) -> tuple[Target | None, str]:
    return _settings(evidence.job)


def _config(evidence: Evidence) -> tuple[Target | None, str]:
    """Choose what changed: jobs are compared here, a cluster when the step looks at it."""
    if evidence.succeeded_with_other_settings:
        return _settings(evidence.job)
    computes = [task.compute for task in evidence.failed_tasks]
    shared = [each.cluster_id for each in computes if each.kind is ComputeKind.ALL_PURPOSE]
    if any(shared):
        return Target(kind=ResourceKind.CLUSTER, id=next(each for each in shared if each)), ""
    return None, "the job's settings are not known to have changed since they last worked"


def _settings(job: JobFacts | None) -> tuple[Target | None, str]:
    if job is None:
        return None, "the job's settings could not be read"
    if _is_deployed(job):
        return None, _OVERWRITTEN
    return Target(kind=ResourceKind.JOB, id=job.job_id), ""


def _task(task: TaskFacts, job: JobFacts | None) -> tuple[Target | None, str]:
    target, skip = _settings(job)
    return (target and target.model_copy(update={"task_key": task.task_key})), skip


def _users(task: TaskFacts, job: JobFacts | None) -> tuple[Target | None, str]:
    compute = task.compute
    if compute.kind is not ComputeKind.ALL_PURPOSE or not compute.cluster_id:
        return None, f"it does not apply to {compute.kind} compute"
    if job and _is_deployed(job):
        return None, _OVERWRITTEN
    return Target(kind=ResourceKind.CLUSTER_USERS, id=compute.cluster_id), ""


def _is_deployed(job: JobFacts) -> bool:
    return job.edit_mode == "UI_LOCKED" or job.deployment_kind in {"BUNDLE", "SYSTEM_MANAGED"}


def _libraries(compute: Compute, job: JobFacts | None) -> tuple[Target | None, str]:
    if compute.kind is ComputeKind.ALL_PURPOSE and compute.cluster_id:
        return Target(kind=ResourceKind.LIBRARIES, id=compute.cluster_id), ""
    if compute.kind is not ComputeKind.JOB_CLUSTER:
        return None, f"it does not apply to {compute.kind} compute"
    return _settings(job)


def _resource(scope: Scope, compute: Compute) -> tuple[Target | None, str]:
    kind, wanted = _RESOURCES[scope]
    if compute.kind is not wanted or not compute.resource_id:
        return None, f"it does not apply to {compute.kind} compute"
    return Target(kind=kind, id=compute.resource_id), ""


def _compute(scope: Scope, task: TaskFacts, job: JobFacts | None) -> tuple[Target | None, str]:
    compute = task.compute
    if compute.kind is ComputeKind.ALL_PURPOSE and compute.cluster_id:
        return Target(kind=ResourceKind.CLUSTER, id=compute.cluster_id), ""
    if scope is Scope.CLUSTER or compute.kind is not ComputeKind.JOB_CLUSTER:
        return None, f"it does not apply to {compute.kind} compute"
    if job is None:
        return None, "the job's settings could not be read"
    if _is_deployed(job):
        return None, _OVERWRITTEN
    key = compute.job_cluster_key
    task_key = "" if key else task.task_key
    target = Target(kind=ResourceKind.JOB, id=job.job_id, task_key=task_key, job_cluster_key=key)
    return target, ""


_WITHOUT_TASK = {
    Scope.NOTHING: _nothing,
    Scope.RUN: _run,
    Scope.JOB: _job,
    Scope.SETTINGS: _whole_job,
    Scope.CONFIG: _config,
}
