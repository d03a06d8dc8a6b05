"""What an incident that has ended teaches about the phases that were tried."""

from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from lakemend.memory import Lesson

_TEACHING = frozenset({Outcome.RECOVERED, Outcome.ESCALATED})


def lessons_of(view: IncidentView) -> tuple[Lesson, ...]:
    """Return a lesson for each phase of the last plan that was tried; a rehearsal teaches none.

    Only an incident that ended `recovered` shows that something helped. A phase whose last attempt
    was not made, for want of a budget, shows nothing.
    """
    if view.outcome not in _TEACHING or not view.decisions or not view.job_id or not view.ended_at:
        return ()
    decision = view.decisions[-1]
    last = {step.phase: step for step in view.steps if step.decision == len(view.decisions)}
    what = {phase.name: phase.what for phase in decision.phases}
    helped = view.steps[-1].phase if view.outcome is Outcome.RECOVERED and view.steps else ""
    return tuple(
        Lesson(
            workflow_run_id=view.workflow_run_id,
            incident_id=view.incident_id,
            workspace=view.workspace,
            job_id=view.job_id,
            cause=decision.diagnosis.cause,
            phase=name,
            what=what[name],
            helped=name == helped,
            at=view.ended_at,
        )
        for name, step in last.items()
        if name in what and _shows_something(step, helped)
    )


def _shows_something(step: StepRecord, helped: str) -> bool:
    return step.phase == helped or step.status is StepStatus.FAILED
