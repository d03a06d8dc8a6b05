from datetime import UTC, datetime
from typing import Any

import pytest

from lakemend.incident import IncidentView
from lakemend.why import why

START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = {"action": "repair_run", "started_at": START}


def view(**facts: Any) -> IncidentView:
    named = {"incident_id": "incident:default:run-1", "workspace": "default", "run_id": "1"}
    return IncidentView.model_validate({**named, "started_at": START, **facts})


def test_incident_without_a_decision_still_says_why() -> None:
    record = why(
        view(
            stage="ended",
            outcome="duplicate",
            message="This failure was dealt with before.",
            inputs={"run_id": "1", "result": "FAILED"},
        )
    )

    assert record.decisions == ()
    assert record.message == "This failure was dealt with before."
    assert record.inputs
    assert record.inputs.result == "FAILED"


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, "not asked"),
        ({"breaker": "b"}, "asked; it has not answered"),
        (
            {"breaker": "b", "breaker_state": "open", "stage": "parked"},
            "parked: the breaker is open",
        ),
        (
            {"breaker": "b", "breaker_state": "closed", "steps": [STEP], "outcome": "recovered"},
            "granted: the breaker was closed",
        ),
        (
            {"breaker": "b", "breaker_state": "open", "outcome": "escalated"},
            "refused: the breaker was open",
        ),
        (
            {"breaker": "b", "breaker_state": "no_answer", "outcome": "escalated"},
            "asked again and again; it gave no answer",
        ),
        (
            {
                "breaker": "b",
                "breaker_state": "closed",
                "outcome": "escalated",
                "leave": [
                    {"level": "b", "decision": "granted", "state": "closed"},
                    {"level": "gate:default", "state": "no_answer"},
                ],
            },
            "granted: the breaker was closed",
        ),
    ],
)
def test_breakers_answer_is_told(facts: dict[str, Any], answer: str) -> None:
    assert why(view(**facts)).breaker_answer == answer
