"""Why an incident went as it did: all its decisions in order, also when nothing was done."""

from lakemend.decision_record import DecisionRecord, Inputs
from lakemend.incident import IncidentView, Outcome, Stage, StepRecord
from lakemend.leave import NO_ANSWER, LevelAnswer
from lakemend.model import Model


class Why(Model):
    """What was read, decided, asked and done. No decision: it ended before there was one."""

    incident_id: str
    resource: str = ""
    handed_over: tuple[str, ...] = ()
    stage: Stage
    outcome: Outcome | None = None
    message: str = ""
    inputs: Inputs | None = None
    decisions: tuple[DecisionRecord, ...] = ()
    breaker: str = ""
    breaker_answer: str = ""
    leave: tuple[LevelAnswer, ...] = ()
    taken: tuple[StepRecord, ...] = ()
    notes: tuple[str, ...] = ()


def why(view: IncidentView) -> Why:
    """Derive the record from what people see of an incident."""
    return Why(
        incident_id=view.incident_id,
        resource=view.resource,
        handed_over=view.handed_over,
        stage=view.stage,
        outcome=view.outcome,
        message=view.message,
        inputs=view.inputs,
        decisions=view.decisions,
        breaker=view.breaker,
        breaker_answer=_answer(view),
        leave=view.leave,
        taken=view.steps,
        notes=view.notes,
    )


def _answer(view: IncidentView) -> str:
    if not view.breaker:
        return "not asked"
    if not view.breaker_state:
        return "asked; it has not answered"
    if view.breaker_state == NO_ANSWER:
        return "asked again and again; it gave no answer"
    if LevelAnswer(level=view.breaker, decision="granted", state=view.breaker_state) in view.leave:
        return f"granted: the breaker was {view.breaker_state}"
    if view.stage is Stage.PARKED:
        return f"parked: the breaker is {view.breaker_state}"
    acted = bool(view.steps) or view.outcome is None
    return f"{'granted' if acted else 'refused'}: the breaker was {view.breaker_state}"
