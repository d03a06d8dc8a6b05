from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lakemend.evidence import RunFacts
from lakemend.incident import IncidentView, Outcome
from lakemend.sweep import (
    LONGEST_OUTAGE,
    LONGEST_RUN,
    MOST_STRETCHES,
    OVERLAP,
    Findings,
    FoundRun,
    Mark,
    Pick,
    Stretch,
    SweepResult,
    is_dealt_with,
    pick,
    take_up,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def run(ended: datetime | None = NOW - 10 * MINUTE, **fields: Any) -> RunFacts:
    usual = {
        "run_id": "1",
        "job_id": "2",
        "run_type": "JOB_RUN",
        "life_cycle_state": "INTERNAL_ERROR",
        "result_state": "FAILED",
        "status_state": "TERMINATED",
        "termination_code": "RUN_EXECUTION_ERROR",
    }
    return RunFacts.model_validate({**usual, **fields, "ended_at": ended})


SUCCESS: dict[str, Any] = {"result_state": "SUCCESS", "life_cycle_state": "TERMINATED"}
RUNNING: dict[str, Any] = {
    "result_state": "",
    "life_cycle_state": "RUNNING",
    "status_state": "RUNNING",
}


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(run(), Pick.REPORT, id="failed"),
        pytest.param(run(result_state="TIMEDOUT"), Pick.REPORT, id="out of time"),
        pytest.param(run(ended=None), Pick.REPORT, id="failed nobody knows when"),
        pytest.param(run(ended=NOW - MINUTE), Pick.IN_GRACE, id="its webhook may be on its way"),
        pytest.param(run(ended=NOW + MINUTE), Pick.IN_GRACE, id="by a clock ahead of ours"),
        pytest.param(run(ended=NOW - 2 * HOUR), Pick.LEAVE, id="history"),
        pytest.param(run(ended=None, **RUNNING), Pick.UNDER_WAY, id="running"),
        pytest.param(run(**SUCCESS), Pick.LEAVE, id="succeeded, perhaps by a repair"),
        pytest.param(run(result_state="CANCELED"), Pick.LEAVE, id="cancelled by a person"),
        pytest.param(run(run_type="SUBMIT_RUN"), Pick.LEAVE, id="submitted once"),
        pytest.param(run(run_type="WORKFLOW_RUN"), Pick.LEAVE, id="called by a notebook"),
        pytest.param(run(job_id=""), Pick.LEAVE, id="without a job"),
        pytest.param(run(trigger="RUN_JOB_TASK"), Pick.LEAVE, id="started by another job's task"),
        pytest.param(run(trigger="CONTINUOUS"), Pick.LEAVE, id="of a continuous job"),
        pytest.param(
            run(termination_code="BREAKING_CHANGE"), Pick.LEAVE, id="retried by the platform"
        ),
    ],
)
def test_a_failed_run_of_a_job_is_reported_once_its_webhook_is_late(
    of: RunFacts, expected: Pick
) -> None:
    assert pick(of, NOW, NOW - HOUR, 2 * MINUTE) is expected


def test_the_first_sweep_reads_runs_that_began_long_before_they_failed() -> None:
    first = take_up(None, NOW, HOUR)

    assert first.floor == NOW - HOUR
    assert first.unread == (Stretch(since=NOW - HOUR - LONGEST_RUN),)


def test_the_next_sweep_reads_what_has_begun_since_and_keeps_who_is_watched() -> None:
    left = Mark(looked_at=NOW - 5 * MINUTE, floor=NOW - HOUR, watched=("7",))

    next_ = take_up(left, NOW, HOUR)

    assert next_ == Mark(
        looked_at=NOW,
        floor=NOW - HOUR,
        unread=(Stretch(since=NOW - 5 * MINUTE - OVERLAP),),
        watched=("7",),
    )


def test_what_did_not_fit_is_read_after_what_is_new() -> None:
    rest = Stretch(since=NOW - 9 * HOUR, until=NOW - 8 * HOUR)
    left = Mark(looked_at=NOW - 5 * MINUTE, floor=NOW - HOUR, unread=(rest,))

    assert take_up(left, NOW, HOUR).unread == (Stretch(since=NOW - 5 * MINUTE - OVERLAP), rest)


def test_a_stretch_that_nobody_began_to_read_grows_instead_of_a_second_one() -> None:
    unread = (Stretch(since=NOW - HOUR),)
    left = Mark(looked_at=NOW - 5 * MINUTE, floor=NOW - HOUR, unread=unread)

    assert take_up(left, NOW, HOUR).unread == unread


def test_stretches_are_few_and_cover_all_that_is_unread() -> None:
    rests = tuple(
        Stretch(since=NOW - (2 * n + 2) * HOUR, until=NOW - (2 * n + 1) * HOUR)
        for n in range(MOST_STRETCHES + 2)
    )
    mark = take_up(Mark(looked_at=NOW, floor=NOW, unread=rests), NOW, HOUR)

    assert len(mark.unread) == MOST_STRETCHES
    assert mark.unread[-1].since == rests[-1].since
    for rest in rests:
        assert any(
            each.since <= rest.since and (each.until is None or each.until >= (rest.until or NOW))
            for each in mark.unread
        )


def test_after_a_long_outage_the_oldest_failures_are_history() -> None:
    mark = take_up(Mark(looked_at=NOW - timedelta(days=30), floor=NOW - 60 * HOUR * 24), NOW, HOUR)

    assert mark.floor == NOW - LONGEST_OUTAGE
    assert mark.unread == (Stretch(since=NOW - LONGEST_OUTAGE - LONGEST_RUN),)


def ticket(outcome: Outcome | None, ended: datetime | None) -> IncidentView:
    return IncidentView(
        incident_id="incident:default:run-1",
        workspace="default",
        outcome=outcome,
        started_at=NOW - HOUR,
        ended_at=ended,
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(None, False, id="nobody"),
        pytest.param(ticket(None, None), True, id="open"),
        pytest.param(ticket(Outcome.ESCALATED, NOW), True, id="ended after the failure"),
        pytest.param(ticket(Outcome.ESCALATED, NOW - HOUR), False, id="ended before it"),
        pytest.param(ticket(Outcome.OBSERVED, NOW), False, id="perhaps a dry run"),
    ],
)
def test_a_ticket_tells_whether_somebody_dealt_with_that_end(
    known: IncidentView | None, expected: bool
) -> None:
    assert is_dealt_with(known, NOW - 10 * MINUTE) is expected


def test_an_end_that_nobody_knows_is_read_before_it_is_taken_for_dealt_with() -> None:
    assert is_dealt_with(ticket(None, None), None)
    assert not is_dealt_with(ticket(Outcome.RECOVERED, NOW), None)


def test_rounds_add_up_and_what_a_dry_run_finds_again_counts_once() -> None:
    mark = Mark(looked_at=NOW, floor=NOW)
    first = Findings(workspace="w", mark=mark, found=(FoundRun(run_id="1"),), behind=True)
    second = Findings(workspace="w", mark=mark, found=(FoundRun(run_id="1"), FoundRun(run_id="2")))

    result = SweepResult(workspace="w").and_then(first, ()).and_then(second, ())

    assert [each.run_id for each in result.found] == ["1", "2"]
    assert not result.behind
    assert "2 failed that nobody dealt with" in result.in_words
