from datetime import UTC, datetime

from lakemend.decision_record import ChosenPhase, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, StepRecord, StepStatus
from lakemend.memory import Remembered
from lakemend.recommendation import MOST_LINES, changes_that_help, recommend

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def step(action: str, phase: str = "rung 1") -> StepRecord:
    return StepRecord(
        action=action,
        phase=phase,
        decision=1,
        status=StepStatus.SUCCEEDED,
        target="job-7",
        message=action,
        started_at=NOON,
    )


def helped(before: int, first: str = "rung 1", actions: tuple[str, ...] = ()) -> IncidentView:
    """An incident in which rung 1 has just helped, as it had helped `before` times in a row."""
    remembered = Remembered(
        cause="driver_oom", phase="rung 1", what="w", times=before, incident_id="i", at=NOON
    )
    decision = DecisionRecord(
        diagnosis=Diagnosis(cause=Cause.DRIVER_OOM),
        consent="act",
        phases=(ChosenPhase(name=first), ChosenPhase(name="other")),
        remembered=remembered if before else None,
    )
    actions = actions or ("change_node_type", "repair_run")
    return IncidentView(
        incident_id="incident:default:run-1",
        workspace="default",
        run_id="1",
        workflow_run_id="first",
        started_at=NOON,
        decisions=(decision,),
        steps=(step("scale_cluster", "steps"), *(step(action) for action in actions)),
    )


def test_the_third_time_names_what_the_phase_changed_and_nothing_else() -> None:
    (change,) = changes_that_help(helped(before=2))

    assert (change.token, change.resource, change.message) == (
        "first/2",
        "job-7",
        "change_node_type",
    )


def test_neither_the_second_time_nor_another_phase_is_enough() -> None:
    assert changes_that_help(helped(before=1)) == ()
    assert changes_that_help(helped(before=5, first="steps")) == ()


def test_a_phase_that_changes_no_settings_leaves_nothing_to_recommend() -> None:
    assert changes_that_help(helped(before=5, actions=("repair_run",))) == ()


def test_the_recommendation_counts_and_stays_short() -> None:
    lines = [f"job-7: field {number}" for number in range(MOST_LINES + 3)]

    first, *rest = recommend(helped(before=2), lines)

    assert first.startswith("rung 1 has helped 3 times in a row against driver_oom.")
    assert rest == [*lines[:MOST_LINES], "and 3 more"]
