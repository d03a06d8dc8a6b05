"""What speaks for a cause beside clusters: runs that a task started, warehouses, pipelines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lakemend.diagnosis.findings import code_findings, task_findings, text_findings
from lakemend.diagnosis.matching import Finding
from lakemend.diagnosis.passages import Where, passage
from lakemend.evidence import ComputeKind, Evidence, NestedRun, TaskFacts

# A warehouse keeps no history: what it says now may be older or newer than the failure.
_TRUST_IN_NOW = 0.85


def resource_findings(roots: Sequence[TaskFacts], evidence: Evidence) -> Iterator[Finding]:
    """Read what belongs to the tasks that failed first."""
    for task in roots:
        for run in evidence.nested:
            if run.parent_task_key == task.task_key:
                yield from _nested(run)
        if task.compute.kind is ComputeKind.PIPELINE:
            yield from _pipeline(task, evidence)
        if task.compute.kind is ComputeKind.WAREHOUSE:
            yield from _warehouse(task, evidence)


def _nested(nested: NestedRun) -> Iterator[Finding]:
    """Read the started run; what is found is told of the task that started it."""
    keys = {task.task_key for task in nested.tasks}
    findings = [*code_findings(nested.run.termination_code, nested.run.termination_type)]
    for task in nested.tasks:
        if not keys.intersection(task.depends_on):
            findings.extend(task_findings(task))
    for found in findings:
        where = f"{found.reason.where} of run {nested.run.run_id}"
        reason = found.reason.model_copy(update={"where": where})
        yield replace(found, reason=reason, task_key=nested.parent_task_key)


def _pipeline(task: TaskFacts, evidence: Evidence) -> Iterator[Finding]:
    for pipeline in evidence.pipelines:
        if pipeline.pipeline_id != task.compute.resource_id:
            continue
        said = dict.fromkeys(
            text for each in pipeline.errors for text in (each.error, each.message)
        )
        yield from text_findings(
            passage(Where.PIPELINE_EVENT, text, task.task_key) for text in said if text
        )


def _warehouse(task: TaskFacts, evidence: Evidence) -> Iterator[Finding]:
    for warehouse in evidence.warehouses:
        if warehouse.warehouse_id != task.compute.resource_id or not warehouse.failure:
            continue
        text = f"Warehouse health {warehouse.health}, reason: {warehouse.failure}"
        for found in text_findings([passage(Where.WAREHOUSE_HEALTH, text, task.task_key)]):
            yield replace(found, confidence=found.confidence * _TRUST_IN_NOW)
