from datetime import UTC, datetime
from typing import Any

import pytest

from cli.demo.verdict import Account, Verdict, broken_invariants, judge
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from simulator.scenario import parse_scenario

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REPAIR = StepRecord(action="repair_run", started_at=NOW)
IN_ORDER: dict[str, Any] = {
    "forbidden_calls": [],
    "changing_calls": [],
    "runs_per_token": {"t": 1},
    "runs_without_token": [],
    "overlapping_runs": [],
    "settings_changed": {},
    "clusters_changed": {},
    "active_runs": [],
    "repairs_per_run": {"1": 0, "2": 0},
    "cluster_starts": {},
}
RUNS = [{"run_id": 1, "job_id": 10, "job": "orders"}, {"run_id": 2, "job_id": 10, "job": "orders"}]


def incident(run_id: str, outcome: Outcome | None, **facts: Any) -> IncidentView:
    name = f"incident:default:run-{run_id}"
    return IncidentView(
        incident_id=name,
        workspace="default",
        run_id=run_id,
        started_at=NOW,
        outcome=outcome,
        **facts,
    )


def verdict(expect: str, *incidents: IncidentView, **report: Any) -> Verdict:
    cluster = "{existing_cluster_id: shared, task_key: t}"
    text = f"jobs: {{orders: {{settings: {{tasks: [{cluster}]}}, expect: {expect}}}}}"
    account = Account(RUNS, {"shared": "0712-abc"}, {**IN_ORDER, **report})
    return judge(parse_scenario(text), account, incidents)


def problems(expect: str, *incidents: IncidentView, **report: Any) -> list[str]:
    return verdict(expect, *incidents, **report).problems


def test_an_incident_that_ended_as_told_is_no_problem() -> None:
    assert problems("{outcome: recovered}", incident("1", Outcome.RECOVERED)) == []


@pytest.mark.parametrize(
    ("expect", "found", "problem"),
    [
        ("{outcome: recovered}", [Outcome.ESCALATED], "expected recovered, found escalated"),
        ("{outcome: recovered}", [None], "expected recovered, found arrived"),
        ("{outcome: recovered}", [], "expected recovered, found no incident"),
        ("{outcome: none}", [Outcome.OBSERVED], "expected no incident, found observed"),
        (
            "{outcome: recovered}",
            [Outcome.RECOVERED, Outcome.ESCALATED],
            "expected recovered, found recovered, escalated",
        ),
        (
            "{outcome: escalated, others: [rejected]}",
            [Outcome.ESCALATED],
            "expected escalated, rejected, found escalated",
        ),
        (
            "{outcome: recovered, incidents: 2}",
            [Outcome.RECOVERED],
            "expected 2 incidents, found 1",
        ),
    ],
)
def test_another_ending_is_named(expect: str, found: list[Outcome | None], problem: str) -> None:
    incidents = [incident(str(number + 1), outcome) for number, outcome in enumerate(found)]

    assert problems(expect, *incidents) == [f"orders: {problem}"]


def test_another_diagnosis_is_named() -> None:
    found = Diagnosis(cause=Cause.USER_CODE, error_type="DatabricksJobExecutionError")
    expect = "{outcome: escalated, cause: driver_oom, error_type: DatabricksOutOfMemoryError}"

    assert problems(expect, incident("1", Outcome.ESCALATED, diagnosis=found)) == [
        "orders: expected DatabricksOutOfMemoryError, found DatabricksJobExecutionError",
        "orders: expected cause driver_oom, found user_code",
    ]


def test_repairs_restarts_and_changes_are_counted() -> None:
    call = {"method": "POST", "path": "/p", "body": '{"job_id": 10}', "status": 200}
    expect = "{outcome: recovered, repairs: 1, restarts: 1, changes: 0, runs: 1}"
    report = {
        "repairs_per_run": {"1": 2, "2": 0},
        "cluster_starts": {"shared": 3},
        "changing_calls": [call],
    }

    assert problems(expect, incident("1", Outcome.RECOVERED), **report) == [
        "orders: expected 1 repairs, found 2",
        "orders: expected 1 restarts, found 3",
        "orders: expected 1 runs, found 2",
        "orders: expected 0 changes, found 1",
    ]


def test_a_refused_incident_must_be_followed_by_one_that_is_let_through() -> None:
    expect = "{outcome: escalated, others: [rejected]}"
    tried = incident("1", Outcome.ESCALATED, steps=(REPAIR,), breaker_state="closed")
    refused = incident("2", Outcome.ESCALATED, breaker_state="open")
    after = incident("1", Outcome.ESCALATED, steps=(REPAIR,), breaker_state="closed")

    assert problems(expect, tried, refused, after) == []
    assert problems(expect, tried, refused) == [
        "orders: expected an incident to be let through after the reset, none was"
    ]


@pytest.mark.parametrize(
    "report",
    [
        {"forbidden_calls": [{"path": "/jobs/delete"}]},
        {"runs_without_token": [1]},
        {"overlapping_runs": [[1, 2]]},
        {"settings_changed": {"orders": {"a": [1, 2]}}},
        {"clusters_changed": {"shared": {"a": [1, 2]}}},
        {"active_runs": [1]},
        {"runs_per_token": {"t": 2}},
    ],
    ids=lambda report: next(iter(report)),
)
def test_a_workspace_that_is_not_in_order_does_not_pass(report: dict[str, Any]) -> None:
    assert len(broken_invariants({**IN_ORDER, **report})) == 1
    assert problems("{outcome: recovered}", incident("1", Outcome.RECOVERED), **report) != []


def test_calls_are_told_by_the_job_or_cluster_they_were_about() -> None:
    bodies = [
        '{"run_id": 2}',
        '{"job_id": 10}',
        '{"cluster_id": "0712-abc"}',
        '{"cluster_id": "x"}',
    ]
    calls = [{"method": "POST", "path": "/p", "body": body, "status": 200} for body in bodies]

    found = verdict("{outcome: none}", changing_calls=calls)

    assert [call.about for call in found.calls] == ["orders", "orders", "shared", "x"]


def test_other_steps_than_expected_are_named() -> None:
    tried = REPAIR.model_copy(update={"status": StepStatus.FAILED})
    found = incident("1", Outcome.ESCALATED, steps=(tried,))

    assert problems("{outcome: escalated, steps: [repair_run failed]}", found) == []
    assert problems("{outcome: escalated, steps: []}", found) == [
        "orders: expected the steps none, found repair_run failed"
    ]


def test_a_change_that_is_to_stay_is_no_problem() -> None:
    changed = {"settings_changed": {"orders": {"tags.a": ["1", "2"]}}}
    found = incident("1", Outcome.RECOVERED)

    assert problems("{outcome: recovered, kept: true}", found, **changed) == []
    assert problems("{outcome: recovered}", found, **changed) != []
