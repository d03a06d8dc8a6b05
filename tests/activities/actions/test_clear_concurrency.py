"""Room is made by waiting or by a queue, and never at the cost of other people's runs."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

TASK = "{task_key: a, notebook_task: {notebook_path: /a}}"
JOB = f"{{settings: {{tasks: [{TASK}]}}, tasks: {{a: {{duration: 10m}}}}}}"
NAMES = ["full", "empty", "queued", "lost", "shown", "edited"]
SCENARIO = f"""
name: concurrency
jobs:
  {chr(10).join(f"  {name}: {JOB}" for name in NAMES).strip()}
  deployed:
    settings:
      edit_mode: UI_LOCKED
      tasks: [{{task_key: a, notebook_task: {{notebook_path: /a}}}}]
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def clear(lab: Any, job: str, **parameters: bool) -> Any:
    target = {"kind": "job", "id": str(lab.control.job_id(job))}
    return lab.step("clear_concurrency", target=target, token=job, parameters=parameters)


def test_waits_for_the_slot_and_names_who_has_it(lab: Any) -> None:
    run_id = lab.control.run_job("full")
    lab.control.wait_until(lambda: lab.control.run(run_id)["phase"] == "RUNNING")

    with pytest.raises(ApplicationError, match=str(run_id)) as waiting:
        lab.act(clear(lab, "full"))
    lab.act_until_done(clear(lab, "full"))

    assert waiting.value.type == "StillChanging"
    assert lab.control.run(run_id)["result"] == "SUCCESS"
    assert lab.calls("/runs/cancel") == []


def test_free_slot_needs_no_call(lab: Any) -> None:
    result = lab.act(clear(lab, "empty"))

    assert result.calls == ()
    assert "1 of 1 slots" in result.message


def test_queue_is_switched_on_and_shown_as_a_change(lab: Any) -> None:
    result = lab.act(clear(lab, "queued", enable_queue=True))

    assert lab.settings("queued")["queue"] == {"enabled": True}
    assert result.change is not None
    assert result.change.hash_before != result.change.hash_after


def test_lost_answer_leads_to_one_change(lab: Any) -> None:
    before = len(lab.calls("/jobs/update"))
    step = clear(lab, "lost", enable_queue=True)
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.act(step, number=2)

    assert len(lab.calls("/jobs/update")) == before + 1


def test_somebody_elses_edit_is_not_built_upon(lab: Any) -> None:
    step = clear(lab, "edited", enable_queue=True)
    lab.control.add_fault("drop_before", path="*/jobs/update")
    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.control.edit_as_person("edited", {"timeout_seconds": 60})

    with pytest.raises(ApplicationError) as refused:
        lab.act(step, number=2)

    assert refused.value.type == "ThirdPartyChangeError"


def test_dry_run_changes_nothing(lab: Any) -> None:
    step = clear(lab, "shown", enable_queue=True).model_copy(update={"dry_run": True})

    result = lab.act(step)

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert "queue" not in lab.settings("shown")


def test_job_that_a_tool_deploys_is_left_alone(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="not ours"):
        lab.act(clear(lab, "deployed", enable_queue=True))


def test_what_is_no_job_is_refused(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="not a job"):
        lab.act(lab.step("clear_concurrency"))
