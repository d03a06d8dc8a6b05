"""What people see of an incident while it happens: the Web UI, the ticket and the audit trail."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from activities.records import RecordActivities
    from lakemend.audit import AuditEntry
    from lakemend.decision_record import DecisionRecord
    from lakemend.incident import (
        ERROR_TYPE_ATTRIBUTE,
        JOB_ID_ATTRIBUTE,
        OUTCOME_ATTRIBUTE,
        WORKSPACE_ATTRIBUTE,
        IncidentView,
        Outcome,
        StepRecord,
    )
    from lakemend.narrative import narrate
    from lakemend.phase import PlannedStep
    from lakemend.recording import RecordInput
    from workflows.options import LOCALLY

_WORKSPACE = SearchAttributeKey.for_keyword(WORKSPACE_ATTRIBUTE)
_JOB_ID = SearchAttributeKey.for_keyword(JOB_ID_ATTRIBUTE)
_ERROR_TYPE = SearchAttributeKey.for_keyword(ERROR_TYPE_ATTRIBUTE)
_OUTCOME = SearchAttributeKey.for_keyword(OUTCOME_ATTRIBUTE)


class Story:
    """The incident's view and the audit lines that were not written yet."""

    def __init__(self, view: IncidentView) -> None:
        self.view = view
        self._lines: list[AuditEntry] = []
        self._told = 0

    def update(self, **changes: Any) -> None:
        """Change the view, and with it what the Web UI shows."""
        self.view = self.view.model_copy(update=changes)
        workflow.set_current_details(narrate(self.view))

    def decided(self, decision: DecisionRecord) -> None:
        """Add a decision to those before it."""
        self.update(
            diagnosis=decision.diagnosis,
            playbook=decision.playbook,
            decisions=(*self.view.decisions, decision),
        )

    def tag_error_type(self, error_type: str) -> None:
        """Make the incident findable by error type."""
        self._tag(_ERROR_TYPE, error_type)

    def tag_outcome(self, outcome: Outcome) -> None:
        """Make the incident findable by how it ended."""
        self._tag(_OUTCOME, outcome)

    def _tag(self, key: SearchAttributeKey[str], value: str) -> None:
        """Add one attribute, and whose incident it is: a start without any is a quarter faster."""
        whose = [_WORKSPACE.value_set(self.view.workspace)]
        if self.view.job_id:
            whose.append(_JOB_ID.value_set(self.view.job_id))
        # the SDK leaves the type of an update open
        workflow.upsert_search_attributes([*whose, key.value_set(value)])  # pyright: ignore[reportUnknownMemberType]

    def tell(self, kind: str, message: str, **data: Any) -> None:
        """Add a line to the audit trail; `kind` is like `step_succeeded`."""
        self._told += 1
        self._lines.append(
            AuditEntry(
                entry_id=f"{self.view.workflow_run_id}:{self._told}",
                at=workflow.now(),
                subject=self.view.incident_id,
                kind=f"incident.{kind}",
                message=message,
                data=data,
            )
        )

    def begin_step(self, step: PlannedStep, phase: str, attempt: int) -> None:
        """Append an attempt of a step that begins now."""
        record = StepRecord(
            action=step.action,
            phase=phase,
            attempt=attempt,
            decision=len(self.view.decisions),
            target=step.target.resource if step.target else "",
            started_at=workflow.now(),
        )
        self.update(steps=(*self.view.steps, record))

    def change_step(self, **changes: Any) -> StepRecord:
        """Change the newest step."""
        step = self.view.steps[-1].model_copy(update=changes)
        self.update(steps=(*self.view.steps[:-1], step))
        return step

    def end_step(self, **changes: Any) -> None:
        """Complete the newest step."""
        step = self.change_step(ended_at=workflow.now(), **changes)
        self.tell(f"step_{step.status}", f"{step.action}: {step.message}", **_facts(step))

    def remember_failure(self, key: str) -> None:
        """Note a failure that is dealt with here, so that late reports of it are duplicates."""
        if key and key not in self.view.failure_keys:
            self.update(failure_keys=(*self.view.failure_keys, key))

    def note(self, message: str) -> None:
        """Add something that a person should know besides."""
        self.update(notes=(*self.view.notes, message))

    async def publish(self, *, settled: bool = False) -> None:
        """Write view and audit lines to the records; at the end, settle the failures too."""
        keys = self.view.failure_keys if settled else ()
        lines, self._lines = tuple(self._lines), []
        await workflow.execute_local_activity_method(
            RecordActivities.record,
            RecordInput(view=self.view, audit=lines, settled=keys),
            **LOCALLY,
        )


def _facts(step: StepRecord) -> dict[str, Any]:
    calls = [call.model_dump(mode="json") for call in step.calls]
    return {"phase": step.phase, "attempt": step.attempt, "target": step.target, "calls": calls}
