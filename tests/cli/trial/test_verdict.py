from datetime import UTC, datetime
from typing import Any

from cli.demo.verdict import Account
from cli.trial.verdict import Trial, judge_trial
from lakemend.incident import IncidentView, Outcome
from lakemend.playbook import parse_playbook
from simulator.scenario import parse_scenario

SCENARIO = parse_scenario("""
jobs:
  orders: {settings: {name: Orders of the night, tasks: [{task_key: load}]}}
  fine: {settings: {tasks: [{task_key: load}]}}
""")
RUNS = [{"run_id": 1, "job_id": 10, "job": "orders"}, {"run_id": 2, "job_id": 11, "job": "fine"}]
REPORT: dict[str, Any] = {
    "forbidden_calls": [],
    "changing_calls": [],
    "runs_per_token": {},
    "runs_without_token": [],
    "overlapping_runs": [],
    "settings_changed": {"orders": ["job_clusters"]},
    "clusters_changed": {},
    "active_runs": [],
    "repairs_per_run": {"1": 1, "2": 0},
    "cluster_starts": {},
}
USED = ("Mine",)


def judged(outcome: Outcome, *, chain: tuple[str, ...] = USED, rest: str = "") -> Trial:
    playbook = parse_playbook(
        "error_type: Mine\ndescription: d\ncauses: []\nsteps: [{action: repair_run}]\n" + rest
    )
    incident = IncidentView(
        incident_id="incident:default:run-1",
        workspace="default",
        run_id="1",
        job_name="Orders of the night",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        outcome=outcome,
        chain_executed=chain,
    )
    return judge_trial(playbook, SCENARIO, Account(RUNS, {}, REPORT), [incident], late="")


def test_without_a_word_in_the_scenario_a_failure_must_be_recovered() -> None:
    kept = "keep_change: true\n"

    assert judged(Outcome.RECOVERED, rest=kept).problems == []
    assert judged(Outcome.ESCALATED, rest=kept).problems == [
        "orders: expected recovered, found escalated"
    ]


def test_settings_may_stay_changed_only_where_the_playbook_keeps_them() -> None:
    (problem,) = judged(Outcome.RECOVERED).problems

    assert "job settings that differ from the start" in problem


def test_a_trial_that_never_came_to_the_playbook_has_not_passed() -> None:
    (problem,) = judged(Outcome.RECOVERED, chain=(), rest="keep_change: true\n").problems

    assert problem == "Mine was never used: no failure was found"
