from datetime import UTC, datetime
from typing import Any

import pytest

from lakemend.decision_record import ChosenPhase, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from lakemend.lessons import lessons_of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PHASES = tuple(ChosenPhase(name=name, what=f"{name} does") for name in ("steps", "fallback"))
FAILED, HELPED, SKIPPED = StepStatus.FAILED, StepStatus.SUCCEEDED, StepStatus.SKIPPED


def decision(cause: Cause = Cause.DRIVER_OOM) -> DecisionRecord:
    return DecisionRecord(diagnosis=Diagnosis(cause=cause), consent="act", phases=PHASES)


def step(phase: str, status: StepStatus, decision: int = 1) -> StepRecord:
    return StepRecord(
        action="repair_run", phase=phase, status=status, decision=decision, started_at=NOON
    )


def ended(outcome: Outcome, *steps: StepRecord, **changes: Any) -> IncidentView:
    fields: dict[str, Any] = {
        "incident_id": "incident:default:run-1",
        "workspace": "default",
        "run_id": "1",
        "job_id": "7",
        "workflow_run_id": "first",
        "started_at": NOON,
        "ended_at": NOON,
        "outcome": outcome,
        "decisions": (decision(),),
        "steps": steps,
    }
    return IncidentView.model_validate(fields | changes)


def told(view: IncidentView) -> dict[str, bool]:
    return {each.phase: each.helped for each in lessons_of(view)}


def test_a_recovery_teaches_what_helped_and_what_did_not() -> None:
    steps = (step("steps", HELPED), step("steps", FAILED), step("fallback", HELPED))

    (first, second) = lessons_of(ended(Outcome.RECOVERED, *steps))

    assert (first.phase, first.helped, second.phase, second.helped) == (
        "steps",
        False,
        "fallback",
        True,
    )
    assert (second.cause, second.job_id, second.what) == ("driver_oom", "7", "fallback does")


def test_what_helped_in_vain_is_no_success() -> None:
    steps = (step("steps", FAILED), step("fallback", HELPED))

    assert told(ended(Outcome.ESCALATED, *steps)) == {"steps": False}


def test_what_was_not_tried_for_want_of_a_budget_teaches_nothing() -> None:
    steps = (step("steps", FAILED), step("fallback", HELPED), step("fallback", SKIPPED))

    assert told(ended(Outcome.ESCALATED, *steps)) == {"steps": False}


@pytest.mark.parametrize("outcome", [Outcome.OBSERVED, Outcome.SUPERSEDED, Outcome.DUPLICATE])
def test_neither_a_look_nor_somebody_elses_work_teaches_anything(outcome: Outcome) -> None:
    assert told(ended(outcome, step("steps", HELPED))) == {}


def test_only_the_last_plan_teaches_for_the_cause_it_was_made_for() -> None:
    steps = (step("steps", FAILED), step("steps", HELPED, decision=2))
    decisions = (decision(Cause.NETWORK_TRANSIENT), decision())

    (lesson,) = lessons_of(ended(Outcome.RECOVERED, *steps, decisions=decisions))

    assert (lesson.cause, lesson.helped) == ("driver_oom", True)


@pytest.mark.parametrize("changes", [{"job_id": ""}, {"outcome": None, "ended_at": None}])
def test_a_run_without_job_and_an_open_incident_teach_nothing(changes: dict[str, Any]) -> None:
    view = ended(Outcome.RECOVERED, step("steps", HELPED)).model_copy(update=changes)

    assert told(view) == {}
