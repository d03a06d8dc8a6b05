from datetime import UTC, datetime

import pytest

from lakemend.deciding import record_decision, record_decision_on_text
from lakemend.decision_record import DecisionRecord
from lakemend.diagnosis.diagnose import diagnose, diagnose_text
from lakemend.evidence import Evidence
from lakemend.plan import make_plan
from lakemend.playbook import load_playbooks
from lakemend.settings import Settings

HEAP = "java.lang.OutOfMemoryError: Java heap space"


def evidence(error: str) -> Evidence:
    task = {
        "task_key": "load",
        "run_id": "8",
        "result_state": "FAILED",
        "error": error,
        "compute": {"kind": "job_cluster", "job_cluster_key": "main"},
    }
    return Evidence.model_validate(
        {
            "workspace": "default",
            "read_at": datetime(2026, 3, 1, tzinfo=UTC),
            "run": {"run_id": "7", "job_id": "9", "result_state": "FAILED"},
            "tasks": [task, {"task_key": "sum", "run_id": "9"}],
            "job": {"job_id": "9"},
            "recent_runs": [
                {"run_id": "6", "result_state": "SUCCESS"},
                {"run_id": "5", "result_state": "FAILED"},
            ],
            "unread": [{"what": "cluster c", "why": "forbidden"}],
        }
    )


def decide(error: str) -> DecisionRecord:
    read = evidence(error)
    diagnosis = diagnose(read)
    return record_decision(
        diagnosis, make_plan(diagnosis, read, load_playbooks(), Settings()), read
    )


def test_record_names_what_was_read_and_what_was_not() -> None:
    inputs = decide(HEAP).inputs

    assert (inputs.run_id, inputs.result, inputs.tasks) == ("7", "FAILED", 2)
    assert inputs.failed_tasks == ("load",)
    assert (inputs.recent_runs, inputs.recent_successes) == (2, 1)
    assert inputs.unread == ("cluster c: forbidden",)


def test_record_names_policy_breaker_caps_and_steps() -> None:
    decision = decide(HEAP)

    assert decision.consent == "act"
    assert decision.playbook_hash == load_playbooks()[decision.playbook].content_hash
    assert decision.breakers == ("DatabricksOutOfMemoryError:job-9",)
    assert decision.max_workers == Settings().max_cluster_workers
    first, second = decision.steps[:2]
    assert (first.phase, first.action, first.target) == ("steps", "change_node_type", "job-9")
    assert (second.action, second.target) == ("repair_run", "run-7")
    assert "its condition does not hold" in {step.skip for step in decision.steps}


def test_what_is_left_to_a_person_is_recorded_with_the_reason() -> None:
    decision = decide("KeyError: 'customer_id'")

    assert (decision.consent, decision.diagnosis.cause) == ("escalate", "user_code")
    assert decision.reason == "Only a person can remedy this cause."
    assert decision.diagnosis.reasons


@pytest.mark.parametrize(
    ("text", "actions", "consent"),
    [
        (HEAP, ["change_node_type", "repair_run"], "act"),
        ("KeyError: 'a'", ["repair_run"], "escalate"),
        ("nothing to see", [], "escalate"),
    ],
)
def test_text_alone_tells_what_the_playbook_declares(
    text: str, actions: list[str], consent: str
) -> None:
    decision = record_decision_on_text(diagnose_text(text), load_playbooks(), enabled=True)

    assert [step.action for step in decision.steps] == actions
    assert decision.consent == consent
