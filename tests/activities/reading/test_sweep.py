"""A look at a workspace: what it finds, what it leaves, and where the next one goes on."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.reading.attempts import Attempts
from activities.reading.known_failures import KnownFailures
from activities.reading.sweep import Sweep, is_hooked
from activities.reading.sweep_bounds import Bounds, Unhurried
from lakemend.errors import TransientError
from lakemend.incident import IncidentView, Outcome, incident_id
from lakemend.sweep import Findings, Mark, SweepTerms, SweptJobs, take_up
from records import Records, open_records

SCENARIO = """
jobs:
  failing:
    settings: &settings
      max_concurrent_runs: 1000
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 20s, fails: {kind: network}}}
  slow:
    settings: *settings
    tasks: {load: {duration: 24000h, fails: {kind: network, after: 24000h}}}
  working:
    settings: *settings
    tasks: {load: {duration: 20s}}
  slow_and_working:
    settings: *settings
    tasks: {load: {duration: 24000h}}
  hooked:
    settings:
      webhook_notifications: {on_failure: [{id: "1"}]}
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 20s, fails: {kind: network}}}
"""
FACTOR = 600
AT_ONCE = SweepTerms(grace=timedelta(0))


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def look(lab: Any, mark: Mark | None = None, **wanted: Any) -> Findings:
    terms = wanted.get("terms", AT_ONCE)
    records: Records = wanted.get("records", lab.records)
    reader = Sweep(
        lab.workspace,
        KnownFailures(records, "default"),
        terms,
        Attempts(patient=wanted.get("patient", True)),
        Unhurried(100_000),
        wanted.get("bounds", Bounds()),
    )
    return reader.read("default", take_up(mark, lab.now, timedelta(0)))


def begin(lab: Any) -> Mark:
    """Look for the first time: whatever has failed before is history."""
    lab.let_pass()
    return look(lab).mark


def let_pass(lab: Any, **time: float) -> None:
    """Move the workspace's clock on by so much."""
    lab.control.advance(timedelta(**time).total_seconds() * FACTOR)


def ids(findings: Findings) -> list[str]:
    return [run.run_id for run in findings.found]


def keep(records: Records, run_id: str, **fields: Any) -> None:
    view = IncidentView(
        incident_id=incident_id("default", run_id), workspace="default", run_id=run_id, **fields
    )
    records.save_incident(view)


def test_a_failed_run_is_found_by_the_next_look_and_not_by_the_one_after(lab: Any) -> None:
    mark = begin(lab)
    run = lab.fail("failing")
    lab.control.wait_for_run(lab.control.run_job("working"))

    found = look(lab, mark)
    keep(lab.records, run, started_at=lab.now)
    again = look(lab, found.mark)

    assert ids(found) == [run]
    assert found.found[0].job_name
    assert (ids(again), again.known) == ([], 1)


def test_a_run_that_began_days_before_it_failed_is_found(lab: Any) -> None:
    begin(lab)
    run = str(lab.control.run_job("slow"))
    mark = begin(lab)
    let_pass(lab, hours=39)
    mark = look(lab, mark).mark
    let_pass(lab, hours=2)

    assert ids(look(lab, mark)) == [run]


def test_a_long_run_that_succeeds_is_let_go(lab: Any) -> None:
    run = str(lab.control.run_job("slow_and_working"))
    mark = begin(lab)
    assert run in mark.watched
    let_pass(lab, hours=41)

    found = look(lab, mark)

    assert ids(found) == []
    assert run not in found.mark.watched


def test_a_repair_of_an_old_run_that_fails_is_found(lab: Any) -> None:
    run = lab.fail("failing")
    keep(lab.records, run, started_at=lab.now, ended_at=lab.now, outcome=Outcome.ESCALATED)
    let_pass(lab, days=2)
    lab.control.repair_as_person(int(run))
    mark = look(lab).mark
    lab.control.wait_for_run(int(run))
    lab.let_pass()

    (found,) = look(lab, mark).found

    assert (found.run_id, found.again) == (run, True)


def test_a_run_is_left_to_its_webhook_for_a_while(lab: Any) -> None:
    terms = SweepTerms(grace=timedelta(minutes=2))
    mark = begin(lab)
    run = lab.fail("failing")

    early = look(lab, mark, terms=terms)
    let_pass(lab, minutes=3)
    late = look(lab, early.mark, terms=terms)

    assert (ids(early), early.in_grace) == ([], 1)
    assert ids(late) == [run]


def test_what_a_person_cancelled_stays_cancelled(lab: Any) -> None:
    mark = begin(lab)
    run = lab.control.run_job("slow")
    lab.let_pass()
    lab.control.cancel_as_person(run)
    lab.control.wait_for_run(run)

    assert ids(look(lab, mark)) == []


def test_an_end_that_was_dealt_with_is_known_by_its_key(lab: Any) -> None:
    """A dry run leaves a ticket too, but takes nothing from a recovery."""
    mark = begin(lab)
    run = lab.fail("failing")
    keep(lab.records, run, started_at=lab.now, ended_at=lab.now, outcome=Outcome.OBSERVED)
    rehearsed = look(lab, mark)
    (found,) = rehearsed.found
    assert found.ended_at
    key = f"default/{run}/original/{found.ended_at.isoformat()}"
    lab.records.settle_failures([key], incident_id("default", run), "x")

    settled = look(lab, rehearsed.mark)

    assert (ids(settled), settled.known) == ([], 1)


def test_with_the_records_away_the_look_goes_on_and_says_so(lab: Any, tmp_path: Path) -> None:
    empty = open_records(f"sqlite:///{tmp_path / 'none.db'}")
    mark = begin(lab)
    run = lab.fail("failing")

    found = look(lab, mark, records=empty)
    empty.close()

    assert ids(found) == [run]
    assert not found.found[0].again
    assert "the records are away" in found.notes[0]


def test_what_does_not_fit_into_one_look_is_read_by_the_next_ones(lab: Any) -> None:
    mark = begin(lab)
    runs = {lab.fail("failing") for _ in range(30)}

    found: list[str] = []
    looks = 0
    behind = True
    while behind:
        let_pass(lab, minutes=3)
        findings = look(lab, mark, bounds=Bounds(pages=1))
        for each in findings.found:
            keep(lab.records, each.run_id, started_at=lab.now)
        mark, behind = findings.mark, findings.behind
        found += ids(findings)
        looks += 1

    assert sorted(found) == sorted(runs)
    assert looks > 2


def test_no_more_are_found_at_once_than_the_gate_can_take(lab: Any) -> None:
    mark = begin(lab)
    runs = {lab.fail("failing") for _ in range(3)}

    first = look(lab, mark, bounds=Bounds(found=2))
    for each in first.found:
        keep(lab.records, each.run_id, started_at=lab.now)
    second = look(lab, first.mark)

    assert (len(first.found), first.behind) == (2, True)
    assert {*ids(first), *ids(second)} == runs


def test_only_hooked_jobs_are_swept_if_so_wanted(lab: Any) -> None:
    terms = SweepTerms(grace=timedelta(0), jobs=SweptJobs.HOOKED)
    mark = begin(lab)
    lab.fail("failing")
    run = lab.fail("hooked")

    assert ids(look(lab, mark, terms=terms)) == [run]


def test_a_lost_call_is_tried_again_and_then_left_to_the_next_look(lab: Any) -> None:
    mark = begin(lab)
    first, second = lab.fail("failing"), lab.fail("failing")
    lab.control.add_fault("status", path="*/runs/get", status=500, nth=1, times=1)
    with pytest.raises(TransientError):
        look(lab, mark)
    lab.control.clear_faults()
    lab.control.add_fault("status", path="*/runs/get", status=500, nth=1, times=1)

    found = look(lab, mark, patient=False)
    rest = look(lab, found.mark)

    assert len(found.found) == 1
    assert found.behind
    assert "INTERNAL_ERROR" in " ".join(found.notes)
    assert {first, second} <= {*ids(found), *ids(rest)}


def test_a_page_that_cannot_be_read_does_not_cost_the_others(lab: Any) -> None:
    mark = begin(lab)
    run = lab.fail("failing")
    lab.control.add_fault("status", path="*/runs/list", status=500, nth=2, times=1)

    found = look(lab, mark, patient=False)
    rest = look(lab, found.mark)

    assert found.behind
    assert ids(rest) == [run]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({}, False, id="nobody is told"),
        pytest.param({"webhook_notifications": {"on_start": [{"id": "1"}]}}, False, id="of starts"),
        pytest.param({"webhook_notifications": {"on_failure": []}}, False, id="no destination"),
        pytest.param(
            {"webhook_notifications": {"on_failure": [{"id": "1"}]}}, True, id="of the job"
        ),
        pytest.param(
            {"tasks": [{}, {"webhook_notifications": {"on_failure": [{"id": "1"}]}}]},
            True,
            id="of a task",
        ),
        pytest.param(
            {"webhook_notifications": "odd", "tasks": [7, {"webhook_notifications": [1]}]},
            False,
            id="of another form than expected",
        ),
    ],
)
def test_a_job_is_hooked_if_a_webhook_hears_of_its_failures(
    settings: dict[str, Any], expected: bool
) -> None:
    assert is_hooked({"job_id": 1, "settings": settings}) is expected
