"""A person sees what is known of a job's recoveries, and may have what helped forgotten."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lakemend.budget import Attempt, Budgets
from lakemend.decision_record import ChosenPhase, DecisionRecord
from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView, Outcome, StepRecord, StepStatus
from lakemend.recording import RecordInput
from records import Records, migrate, open_records

NOW = datetime.now(UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    return url


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    records = open_records(url)
    yield records
    records.close()


@pytest.fixture
def job(lakemend: Callable[..., Any], records: Records, url: str) -> Callable[..., Any]:
    """Run `lakemend job …` where a rung has helped job 7, which was tried twice."""
    for number in (1, 2):
        attempt = Attempt(
            token=f"first/{number}",
            workspace="default",
            subject="job-7",
            incident_id="incident:default:run-1",
            action="repair_run",
            starts_run=True,
            cost_factor=number,
        )
        records.reserve_attempt(attempt, Budgets())
    phase = ChosenPhase(name="rung 2", what="change_node_type(memory_factor=3), repair_run")
    step = StepRecord(
        action="repair_run",
        phase="rung 2",
        decision=1,
        status=StepStatus.SUCCEEDED,
        started_at=NOW,
    )
    decision = DecisionRecord(
        diagnosis=Diagnosis(cause=Cause.DRIVER_OOM), consent="act", phases=(phase,)
    )
    view = IncidentView(
        incident_id="incident:default:run-1",
        workspace="default",
        run_id="1",
        job_id="7",
        workflow_run_id="first",
        outcome=Outcome.RECOVERED,
        decisions=(decision,),
        steps=(step,),
        started_at=NOW,
        ended_at=NOW,
    )
    records.record(RecordInput(view=view))
    return lambda *arguments: lakemend("job", *arguments, LAKEMEND_DATABASE_URL=url)


def test_show_tells_the_budget_and_what_helped(job: Callable[..., Any]) -> None:
    answer = job("show", "7")

    assert "28 of 30 attempts and 57 of 60 cost are left within 1d" in answer.out
    assert "rung 2" in answer.out
    assert "driver_oom" in answer.out


def test_show_as_json_has_all_of_it(job: Callable[..., Any]) -> None:
    told = json.loads(job("show", "7", "--output", "json").out)

    assert (told["attempts"], told["cost_factor"]) == (2, 3)
    (remembered,) = told["remembered"]
    assert (remembered["cause"], remembered["times"]) == ("driver_oom", 1)
    assert remembered["what"] == "change_node_type(memory_factor=3), repair_run"


def test_forget_leaves_the_next_plan_to_begin_anew(
    job: Callable[..., Any], records: Records
) -> None:
    other = job("forget", "7", "--cause", "executor_oom", "--by", "ada")
    assert "rung 2" in other.out

    answer = job("forget", "7", "--by", "ada")

    assert "Nothing is remembered to have helped it." in answer.out
    assert records.lessons("default", "7") == []
    ((_, entry),) = records.events_after(0)
    assert (entry.kind, entry.actor) == ("job.forgotten", "ada")


def test_an_unknown_job_has_used_nothing(job: Callable[..., Any]) -> None:
    assert "30 of 30 attempts" in job("show", "8").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("show", "nightly"), "a job's id is a number"), (("forget", "7", "--cause", "x"), "cause")],
)
def test_bad_input_is_told_by_name(
    job: Callable[..., Any], arguments: tuple[str, ...], told: str
) -> None:
    answer = job(*arguments)

    assert answer.code == 2
    assert told in answer.err
