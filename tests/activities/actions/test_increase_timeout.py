"""Time limits are raised once, in the job and in the task that failed."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

OTHER = "{task_key: sum, notebook_task: {notebook_path: /sum}, timeout_seconds: 100}"
LIMITED = "{task_key: load, notebook_task: {notebook_path: /load}, timeout_seconds: 300}"
FREE = "{task_key: load, notebook_task: {notebook_path: /load}}"
LOOP = (
    "{task_key: load, for_each_task: {inputs: '[1]', task: {task_key: one, timeout_seconds: 50, "
    "notebook_task: {notebook_path: /load}}}}"
)
SCENARIO = f"""
name: limits
jobs:
  both: {{settings: {{timeout_seconds: 600, tasks: [{LIMITED}, {OTHER}]}}}}
  whole: {{settings: {{timeout_seconds: 600, tasks: [{FREE}, {OTHER}]}}}}
  lost: {{settings: {{timeout_seconds: 600, tasks: [{LIMITED}]}}}}
  shown: {{settings: {{timeout_seconds: 600, tasks: [{LIMITED}]}}}}
  loop: {{settings: {{tasks: [{LOOP}, {OTHER}]}}}}
  free: {{settings: {{tasks: [{FREE}]}}}}
  locked: {{settings: {{edit_mode: UI_LOCKED, timeout_seconds: 600, tasks: [{LIMITED}]}}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def step(lab: Any, job: str, **fields: Any) -> Any:
    target = {"kind": "job", "id": str(lab.control.job_id(job)), "task_key": "load"}
    return lab.step("increase_timeout", target=target, **fields)


def limits(lab: Any, job: str) -> dict[str, int]:
    settings = lab.settings(job)
    tasks = {each["task_key"]: each.get("timeout_seconds", 0) for each in settings["tasks"]}
    return {"job": settings.get("timeout_seconds", 0), **tasks}


def test_job_and_failed_task_get_more_time_and_nothing_else_changes(lab: Any) -> None:
    before = lab.settings("both")

    result = lab.act(step(lab, "both"))

    before["timeout_seconds"] = 1200
    before["tasks"][0]["timeout_seconds"] = 600
    assert lab.settings("both") == before
    assert "of the task from 300 s to 600 s" in result.message
    assert result.change.cost_factor == 2


def test_iterations_of_a_loop_get_more_time_and_nothing_else_changes(lab: Any) -> None:
    before = lab.settings("loop")

    result = lab.act(step(lab, "loop"))

    before["tasks"][0]["for_each_task"]["task"]["timeout_seconds"] = 100
    assert lab.settings("loop") == before
    assert "of the iteration from 50 s to 100 s" in result.message


def test_limit_that_is_not_set_is_not_made_up(lab: Any) -> None:
    lab.act(step(lab, "whole"))

    assert limits(lab, "whole") == {"job": 1200, "load": 0, "sum": 100}


def test_lost_answer_does_not_multiply_twice(lab: Any) -> None:
    asked = step(lab, "lost")
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(asked)
    result = lab.act(asked, number=2)

    assert limits(lab, "lost") == {"job": 1200, "load": 600}
    assert len(result.calls) == 1


def test_longest_limit_is_not_passed(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="longest allows 300") as refused:
        lab.act(step(lab, "shown", parameters={"longest": "5m", "factor": 4}))

    assert refused.value.type == "CapExceededError"


@pytest.mark.parametrize(
    ("job", "reason"), [("free", "neither the task nor the job"), ("locked", "locked for editing")]
)
def test_job_without_limits_or_locked_is_refused(lab: Any, job: str, reason: str) -> None:
    with pytest.raises(ApplicationError, match=reason) as refused:
        lab.act(step(lab, job))

    assert refused.value.non_retryable


def test_dry_run_names_the_call_and_changes_nothing(lab: Any) -> None:
    result = lab.act(step(lab, "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert limits(lab, "shown") == {"job": 600, "load": 300}
