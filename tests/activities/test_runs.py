"""Waiting for a run fails until the run has ended, and says when to look again."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.evidence import EvidenceActivities
from activities.runs import STILL_RUNNING, RunActivities
from lakemend.evidence import RunPhase
from lakemend.step import RunEnd, WatchedRun

SCENARIO = """
name: waiting
defaults: {max_concurrent_runs: 100}
jobs:
  slow:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 100h}}
  flaky:
    settings:
      tasks:
        - {task_key: load, notebook_task: {notebook_path: /load}}
        - {task_key: sum, notebook_task: {notebook_path: /sum}, depends_on: [{task_key: load}]}
    tasks: {load: {duration: 30s, fails: {kind: network, count: run, times: 1}}}
  status_only:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 30s, fails: {kind: network}}}
    shape: status
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def wait(lab: Any, run_id: object, repair_id: str = "", number: int = 1) -> RunEnd:
    activities = RunActivities(lab.workspaces, timedelta(seconds=32))
    watched = WatchedRun(workspace="default", run_id=str(run_id), repair_id=repair_id)
    return lab.run(activities.wait_for_run, watched, number)


def test_active_run_is_looked_at_again_more_and_more_seldom(lab: Any) -> None:
    run_id = lab.control.run_job("slow")
    delays: list[timedelta | None] = []

    for number in (1, 2, 50):
        with pytest.raises(ApplicationError) as running:
            wait(lab, run_id, number=number)
        assert running.value.type == STILL_RUNNING
        assert running.value.category is ApplicationErrorCategory.BENIGN
        delays.append(running.value.next_retry_delay)

    lab.control.cancel_as_person(run_id)
    assert delays == [timedelta(seconds=4), timedelta(seconds=8), timedelta(seconds=128)]


def test_failed_run_tells_which_tasks_failed(lab: Any) -> None:
    run_id = lab.fail("flaky")

    end = wait(lab, run_id)

    assert end.phase is RunPhase.FAILED
    assert end.task_results == {"load": "FAILED", "sum": "UPSTREAM_FAILED"}
    assert end.ended_at is not None
    assert run_id in end.message


def test_failure_key_is_that_of_the_evidence(lab: Any) -> None:
    run_id = lab.fail("flaky")
    watched = WatchedRun(workspace="default", run_id=run_id)

    evidence = lab.run(EvidenceActivities(lab.workspaces).read_evidence, watched)

    assert wait(lab, run_id).failure_key == evidence.failure_key


def test_repaired_run_shows_the_results_of_its_newest_attempts(lab: Any) -> None:
    run_id = lab.fail("flaky")
    repair_id = str(lab.control.repair_as_person(int(run_id)))
    lab.control.wait_for_run(int(run_id))

    end = wait(lab, run_id, repair_id)

    assert end.phase is RunPhase.SUCCEEDED
    assert end.task_results == {"load": "SUCCESS", "sum": "SUCCESS"}
    assert end.latest_repair_id == repair_id


def test_end_from_before_the_awaited_repair_is_not_taken_for_its_end(lab: Any) -> None:
    run_id = lab.fail("flaky")

    with pytest.raises(ApplicationError) as running:
        wait(lab, run_id, repair_id="9007199254740993")

    assert running.value.type == STILL_RUNNING


def test_run_without_the_deprecated_state_is_understood(lab: Any) -> None:
    end = wait(lab, lab.fail("status_only"))

    assert end.phase is RunPhase.FAILED
    assert end.task_results == {"load": "FAILED"}


def test_cancelled_run_is_over(lab: Any) -> None:
    run_id = lab.control.run_job("slow")
    lab.control.cancel_as_person(run_id)
    lab.control.wait_for_run(run_id)

    assert wait(lab, run_id).phase is RunPhase.CANCELED


def test_missing_run_is_not_waited_for(lab: Any) -> None:
    with pytest.raises(ApplicationError) as missing:
        wait(lab, "9007199254740993")

    assert missing.value.non_retryable
