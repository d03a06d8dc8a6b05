"""What speaks for a cause beside clusters: runs that a task started, warehouses, pipelines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lakemend.diagnosis import Cause, Reason
from lakemend.diagnosis.findings import code_findings, task_findings, text_findings
from lakemend.diagnosis.first_failures import first_failed_of, told_by_the_first
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.passages import Where, passage
from lakemend.evidence import (
    Compute,
    ComputeKind,
    Evidence,
    NestedRun,
    ResourceFacts,
    ResourcePhase,
    TaskFacts,
)
from lakemend.redaction import excerpt

# A warehouse keeps no history: what it says now may be older or newer than the failure.
_TRUST_IN_NOW = 0.85

_FAILED_ITSELF = 0.42
_CAUSES = {
    ComputeKind.PIPELINE: Cause.PIPELINE_UPDATE_FAILURE,
    ComputeKind.WAREHOUSE: Cause.WAREHOUSE_UNAVAILABLE,
}


def resource_findings(roots: Sequence[TaskFacts], evidence: Evidence) -> Iterator[Finding]:
    """Read what belongs to the tasks that failed first, or to the resource that failed."""
    for task in roots:
        for run in evidence.nested:
            if run.parent_task_key == task.task_key:
                yield from _nested(run)
        yield from _of(task.compute, task.task_key, evidence)
    if evidence.resource:
        yield from _of(evidence.resource.compute, "", evidence)
        yield from _failed_itself(evidence.resource)


def _of(compute: Compute, task_key: str, evidence: Evidence) -> Iterator[Finding]:
    if compute.kind is ComputeKind.PIPELINE:
        yield from _pipeline(compute.resource_id, task_key, evidence)
    if compute.kind is ComputeKind.WAREHOUSE:
        yield from _warehouse(compute.resource_id, task_key, evidence)


def _failed_itself(resource: ResourceFacts) -> Iterator[Finding]:
    """Name the failure by what failed; whatever its texts say is more exact."""
    cause = _CAUSES.get(resource.compute.kind)
    if cause and resource.phase is ResourcePhase.FAILED:
        yield Finding(
            cause=cause,
            confidence=_FAILED_ITSELF,
            depth=0,
            reason=Reason(
                rule=f"{resource.compute.kind}-failed",
                where=excerpt(f"{resource.compute.kind} {resource.name}".strip(), 300),
                quote=excerpt(resource.said, 300),
                explanation="The platform reports that it failed.",
            ),
        )


def _nested(nested: NestedRun) -> Iterator[Finding]:
    """Read the started run; what is found is told of the task that started it."""
    first = first_failed_of(nested)
    findings: list[Finding] = []
    if not told_by_the_first(first, nested.tasks):
        findings.extend(code_findings(nested.run.termination_code, nested.run.termination_type))
    for task in first:
        findings.extend(task_findings(task))
    for found in findings:
        where = f"{found.reason.where} of run {nested.run.run_id}"
        reason = found.reason.model_copy(update={"where": where})
        yield replace(found, reason=reason, task_key=nested.parent_task_key)


def _pipeline(pipeline_id: str, task_key: str, evidence: Evidence) -> Iterator[Finding]:
    for pipeline in evidence.pipelines:
        if pipeline.pipeline_id != pipeline_id:
            continue
        said = dict.fromkeys(
            text for each in pipeline.errors for text in (each.error, each.message)
        )
        yield from text_findings(
            passage(Where.PIPELINE_EVENT, text, task_key) for text in said if text
        )


def _warehouse(warehouse_id: str, task_key: str, evidence: Evidence) -> Iterator[Finding]:
    for warehouse in evidence.warehouses:
        if warehouse.warehouse_id != warehouse_id or not warehouse.failure:
            continue
        text = f"Warehouse health {warehouse.health}, reason: {warehouse.failure}"
        for found in text_findings([passage(Where.WAREHOUSE_HEALTH, text, task_key)]):
            yield replace(found, confidence=found.confidence * _TRUST_IN_NOW)
