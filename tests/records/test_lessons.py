from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lakemend.decision_record import ChosenPhase, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from lakemend.recording import RecordInput
from records import Records

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PHASES = (ChosenPhase(name="steps", what="repair"), ChosenPhase(name="fallback", what="scale"))

Recover = Callable[..., None]


@pytest.fixture
def recover(records: Records, make_view: Callable[..., IncidentView]) -> Recover:
    """Records an incident in which a phase helped, that many hours after noon."""

    def record(hour: int, helped: str, cause: Cause = Cause.DRIVER_OOM, job_id: str = "7") -> None:
        decision = DecisionRecord(diagnosis=Diagnosis(cause=cause), consent="act", phases=PHASES)
        step = StepRecord(
            action="repair_run",
            phase=helped,
            decision=1,
            status=StepStatus.SUCCEEDED,
            started_at=NOON,
        )
        view = make_view(
            job_id=job_id,
            workflow_run_id=f"{job_id}-{cause}-{hour}",
            outcome=Outcome.RECOVERED,
            ended_at=NOON + timedelta(hours=hour),
            decisions=(decision,),
            steps=(step,),
        )
        records.record(RecordInput(view=view))
        records.record(RecordInput(view=view))

    return record


def test_lessons_come_newest_first_and_once_each(records: Records, recover: Recover) -> None:
    recover(1, "steps")
    recover(3, "fallback")
    recover(2, "steps")

    known = records.lessons("default", "7", "driver_oom")

    assert [(each.at.hour, each.phase) for each in known] == [
        (15, "fallback"),
        (14, "steps"),
        (13, "steps"),
    ]


def test_lessons_are_of_one_job_and_cause(records: Records, recover: Recover) -> None:
    recover(1, "steps")
    recover(1, "steps", cause=Cause.SPOT_PREEMPTION)
    recover(1, "steps", job_id="8")

    assert len(records.lessons("default", "7", "driver_oom")) == 1
    assert len(records.lessons("default", "7")) == 2
    assert records.lessons("other", "7") == []


def test_one_cause_or_all_can_be_forgotten(records: Records, recover: Recover) -> None:
    recover(1, "steps")
    recover(1, "steps", cause=Cause.SPOT_PREEMPTION)
    recover(2, "fallback", cause=Cause.SPOT_PREEMPTION)
    recover(1, "steps", job_id="8")

    assert records.forget_lessons("default", "7", "driver_oom") == 1
    assert records.forget_lessons("default", "7") == 2
    assert records.lessons("default", "7") == []
    assert len(records.lessons("default", "8")) == 1


def test_an_incident_under_way_teaches_nothing_yet(
    records: Records, make_view: Callable[..., IncidentView]
) -> None:
    records.record(RecordInput(view=make_view()))

    assert records.lessons("default", "7") == []
