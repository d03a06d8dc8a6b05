"""A job is run again exactly once, and not when its schedule did so already."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.actions.rerun_job import idempotency_token

SCENARIO = """
name: reruns
defaults: {max_concurrent_runs: 100, parameters: [{name: day, default: today}]}
jobs:
  flaky:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 30s, fails: {kind: network}}}
  lost:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 30s, fails: {kind: network}}}
  slow:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 2h, fails: {kind: network, times: 1}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def rerun(lab: Any, job: str, run_id: str, **fields: Any) -> Any:
    fields = {"failed_at": lab.now, "token": f"{run_id}/1", **fields}
    return lab.step("rerun_job", run_id=run_id, job_id=str(lab.control.job_id(job)), **fields)


def test_job_runs_again_with_its_parameters_and_in_the_queue(lab: Any) -> None:
    run_id = lab.fail("flaky", {"day": "monday"})

    result = lab.act(rerun(lab, "flaky", run_id))

    sent = lab.calls("/run-now")[-1]
    assert result.watch_run_id not in {"", run_id}
    assert result.repair_id == ""
    assert sent["job_parameters"] == {"day": "monday"}
    assert sent["queue"] == {"enabled": True}


def test_lost_answer_leads_to_one_run(lab: Any) -> None:
    run_id = lab.fail("lost")
    step = rerun(lab, "lost", run_id)
    lab.control.add_fault("drop_after", path="*/run-now")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    started = [run for run in lab.control.runs() if run["job"] == "lost"]
    assert {str(run["run_id"]) for run in started} == {run_id, result.watch_run_id}


def test_next_attempt_starts_another_run(lab: Any) -> None:
    run_id = lab.fail("flaky")

    first = lab.act(rerun(lab, "flaky", run_id, token="attempt 1"))
    lab.control.wait_for_run(int(first.watch_run_id))
    second = lab.act(rerun(lab, "flaky", run_id, token="attempt 2"))

    assert second.watch_run_id != first.watch_run_id


def test_run_that_started_since_the_failure_is_stepped_aside_for(lab: Any) -> None:
    run_id = lab.fail("flaky")
    failed_at = lab.now - timedelta(seconds=1)
    other = lab.control.run_job("flaky")

    result = lab.act(rerun(lab, "flaky", run_id, failed_at=failed_at))

    lab.control.cancel_as_person(other)
    assert result.superseded
    assert str(other) in result.message


def test_run_that_was_active_before_the_failure_is_no_substitute(lab: Any) -> None:
    other = lab.control.run_job("slow")
    run_id = str(lab.control.run_job("slow"))

    result = lab.act(
        rerun(lab, "slow", run_id, failed_at=lab.now + timedelta(seconds=1), dry_run=True)
    )

    for each in (other, int(run_id)):
        lab.control.cancel_as_person(each)
    assert not result.superseded
    assert [call.path for call in result.calls] == ["/api/2.2/jobs/run-now"]


def test_idempotency_token_is_as_long_as_it_may_be_and_differs_by_attempt_and_job() -> None:
    tokens = {idempotency_token(*each) for each in [("a", "1"), ("b", "1"), ("a", "2")]}

    assert {len(token) for token in tokens} == {64}
    assert len(tokens) == 3
