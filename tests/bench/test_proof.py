"""Random failures, faults and kills through real workflows, and what must hold after each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bench.proof.account import Account
from bench.proof.claims import broken_claims
from bench.proof.draws import trials
from bench.proof.proof import Proof
from bench.proof.trial import Failing, Trial
from lakemend.incident import IncidentView, Outcome
from lakemend.step import StepInput

IN_ORDER = Account(
    jobs={"job0": Failing()},
    job_of={1: "job0"},
    report={
        "repairs_per_run": {1: 1},
        "runs_per_token": {},
        "runs_without_token": [],
        "overlapping_runs": [],
        "settings_changed": {},
        "clusters_changed": {},
        "forbidden_calls": [],
    },
    created=set(),
    succeeded={1},
    failures_told={1},
    looked_at={1},
    views={
        1: IncidentView(
            incident_id="incident:default:run-1",
            workspace="default",
            run_id="1",
            outcome=Outcome.RECOVERED,
            started_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    },
    steps={
        1: [
            StepInput(
                workspace="default",
                incident_id="incident:default:run-1",
                token="t",
                action="repair_run",
                run_id="1",
            )
        ]
    },
    open_ones=[],
    held=[],
    unsettled=[],
    broken_tasks=[],
    leaks=[],
)


@pytest.fixture(scope="module")
def proof() -> Iterator[Proof]:
    with Proof() as proof:
        yield proof


@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(trial=trials)
def test_whatever_happens_all_claims_hold(proof: Proof, trial: Trial) -> None:
    assert proof.check(trial) == []


def reported(**changes: Any) -> Callable[[Account], Account]:
    return lambda account: replace(account, report={**account.report, **changes})


def seen(**changes: Any) -> Callable[[Account], Account]:
    return lambda account: replace(account, views={1: account.views[1].model_copy(update=changes)})


def kept(**changes: Any) -> Callable[[Account], Account]:
    return lambda account: replace(account, **changes)


def test_a_trial_that_went_well_breaks_no_claim() -> None:
    assert broken_claims(IN_ORDER) == []


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (kept(open_ones=["incident:default:run-1: recovering"]), "every_incident_ends"),
        (kept(restless="a timer is due"), "every_incident_ends"),
        (seen(outcome=None), "every_incident_ends"),
        (kept(looked_at=set()), "no_failure_is_lost"),
        (reported(repairs_per_run={1: 2}), "each_step_has_one_effect"),
        (kept(created={1}), "each_step_has_one_effect"),
        (reported(runs_per_token={"t": 2}), "each_step_has_one_effect"),
        (reported(runs_without_token=[1]), "each_step_has_one_effect"),
        (reported(overlapping_runs=[[1, 1]]), "no_run_overlaps"),
        (reported(settings_changed={"job0": {"a": [1, 2]}}), "settings_are_as_before"),
        (reported(clusters_changed={"shared": {"a": [1, 2]}}), "settings_are_as_before"),
        (
            reported(forbidden_calls=[{"method": "DELETE", "path": "/jobs"}]),
            "nothing_forbidden_is_called",
        ),
        (kept(held=["lease:default:job:1"]), "everything_is_given_back"),
        (kept(unsettled=["key"]), "everything_is_given_back"),
        (kept(succeeded=set()), "recovered_means_succeeded"),
        (kept(broken_tasks=["nondeterminism"]), "workflows_replay"),
        (kept(leaks=["worker.log"]), "nothing_secret_is_kept"),
    ],
)
def test_each_claim_can_be_broken(spoil: Callable[[Account], Account], claim: str) -> None:
    (broken,) = broken_claims(spoil(IN_ORDER))

    assert broken.startswith(f"{claim}: ")
