"""The calls that a recovery makes, each with its queue, deadline and a summary for the Web UI."""

from dataclasses import dataclass

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.decision import Decision, DecisionActivities
    from activities.evidence import EvidenceActivities
    from activities.hand_over import HandOver, HandOverActivities
    from activities.health import HealthActivities
    from activities.records import RecordActivities
    from lakemend.evidence import ComputeKind, Evidence
    from lakemend.incident import HealthCheckResult, IncidentView, Subject
    from lakemend.phase import PlannedStep
    from lakemend.plan import Plan
    from lakemend.recording import FailureClaim
    from lakemend.step import (
        Caps,
        HealthRequest,
        ResourceKind,
        StepInput,
        StepResult,
        WatchedRun,
    )
    from workflows.failures import explain
    from workflows.options import LOCALLY, UNDER_WAY, calling


@dataclass(frozen=True)
class Terms:
    """On which terms a step acts; `cost_factor` is that of the changes in force already."""

    caps: Caps
    token: str = ""
    cost_factor: float = 1
    dry_run: bool = False


# As many as surely fit into the time of a local activity.
_HANDED_OVER_AT_ONCE = 20


async def read_evidence(watched: WatchedRun, priority: Priority = UNDER_WAY) -> Evidence:
    """Read all that is known about a run."""
    return await workflow.execute_activity_method(
        EvidenceActivities.read_evidence,
        watched,
        summary=f"Read run {watched.run_id}",
        priority=priority,
        **calling(watched.workspace),
    )


async def read_resource(workspace: str, resource: str, priority: Priority = UNDER_WAY) -> Evidence:
    """Read how a cluster, pipeline or warehouse stands, and which runs died with it."""
    return await workflow.execute_activity_method(
        EvidenceActivities.read_resource,
        Subject(workspace=workspace, resource=resource),
        summary=f"Read {resource}",
        priority=priority,
        **calling(workspace),
    )


async def read_again(before: Evidence, watched: WatchedRun | None) -> Evidence:
    """Read what failed once more: the run that was watched, or the resource itself."""
    if watched:
        return await read_evidence(watched)
    resource = before.resource.resource if before.resource else ""
    return await read_resource(before.workspace, resource)


async def hand_over(evidence: Evidence, found_by: str) -> tuple[str, ...]:
    """Start or wake an incident for each run that died with a resource; return their ids."""
    incidents: list[str] = []
    for first in range(0, len(evidence.lost_runs), _HANDED_OVER_AT_ONCE):
        runs = evidence.lost_runs[first : first + _HANDED_OVER_AT_ONCE]
        request = HandOver(workspace=evidence.workspace, runs=runs, found_by=found_by)
        incidents += await workflow.execute_local_activity_method(
            HandOverActivities.hand_over, request, **LOCALLY
        )
    return tuple(incidents)


async def claim(key: str, view: IncidentView) -> bool:
    """Claim a failure for this incident; False when it is, or was, dealt with by another."""
    failure = FailureClaim(key=key, incident_id=view.incident_id, owner=view.workflow_run_id)
    return await workflow.execute_local_activity_method(
        RecordActivities.claim_failure, failure, **LOCALLY
    )


async def decide(evidence: Evidence) -> Decision:
    """Name the cause and make the plan."""
    return await workflow.execute_local_activity_method(
        DecisionActivities.decide, evidence, **LOCALLY
    )


async def act(
    step: PlannedStep,
    evidence: Evidence,
    failed_tasks: tuple[str, ...],
    terms: Terms,
) -> StepResult:
    """Make one attempt of a step, or only say what it would do."""
    target = f" {step.target.resource}" if step.target else ""
    return await workflow.execute_activity(
        step.action,
        StepInput(
            workspace=evidence.workspace,
            incident_id=workflow.info().workflow_id,
            token=terms.token,
            action=step.action,
            parameters=step.parameters,
            target=step.target,
            run_id=evidence.run.run_id,
            job_id=evidence.run.job_id,
            failed_tasks=failed_tasks,
            latest_repair_id=evidence.run.latest_repair_id,
            failed_at=evidence.failed_at,
            settings_hash=_settings_hash(step, evidence),
            settings_since=evidence.began_at if _is_about_job(step) else evidence.failed_at,
            caps=terms.caps,
            cost_factor=terms.cost_factor,
            dry_run=terms.dry_run,
        ),
        result_type=StepResult,
        summary=f"{step.action}{target}" + (" (dry run)" if terms.dry_run else ""),
        **calling(evidence.workspace, within=step.timeout, see_it_through=True),
    )


async def check_health(
    checks: tuple[str, ...], watched: WatchedRun | None, evidence: Evidence, plan: Plan
) -> tuple[HealthCheckResult, ...]:
    """Run the declared checks; one that cannot be read within that time has not passed."""
    request = HealthRequest(
        workspace=evidence.workspace,
        checks=checks,
        run_id=watched.run_id if watched else "",
        repair_id=watched.repair_id if watched else "",
        failed_tasks=tuple(task.task_key for task in evidence.failed_tasks),
        cluster_ids=_used(evidence, ComputeKind.ALL_PURPOSE),
        warehouse_ids=_used(evidence, ComputeKind.WAREHOUSE),
        pipeline_ids=_used(evidence, ComputeKind.PIPELINE),
        terms=plan.health_terms,
    )
    try:
        found = await workflow.execute_activity_method(
            HealthActivities.check_health,
            request,
            summary="Check health",
            **calling(evidence.workspace, within=plan.health_timeout),
        )
    except ActivityError as error:
        reason = explain(error)
        return tuple(HealthCheckResult(check=name, passed=False, message=reason) for name in checks)
    return tuple(found)


def _used(evidence: Evidence, kind: ComputeKind) -> tuple[str, ...]:
    """Return the clusters, warehouses or pipelines that failed, or that the failed tasks ran on."""
    computes = [each for each in evidence.failed_computes if each.kind is kind]
    return tuple(sorted({each.cluster_id or each.resource_id for each in computes} - {""}))


def _settings_hash(step: PlannedStep, evidence: Evidence) -> str:
    """Return the hash that the job's settings had at the failure, for a step that changes them."""
    return evidence.job.settings_hash if _is_about_job(step) and evidence.job else ""


def _is_about_job(step: PlannedStep) -> bool:
    return step.target is not None and step.target.kind is ResourceKind.JOB
