"""A pipeline gets one ordinary update from us, and none while the platform retries."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.workspace.writes import start_update

NAMES = ["passing", "lost", "shown", "current"]
ONCE = "{spec: {catalog: main}, duration: 60s, fails: {kind: network, times: 1}}"
SCENARIO = f"""
name: pipelines
pipelines:
  {chr(10).join(f"  {name}: {ONCE}" for name in NAMES).strip()}
  hopeless: {{spec: {{catalog: main}}, duration: 60s, fails: {{kind: user_code}}}}
  retried:
    spec: {{catalog: main}}
    retries: 1
    fails: {{kind: network, times: 1}}
jobs:
  {
    chr(10)
    .join(
        f'''  {name}:
    settings: {{tasks: [{{task_key: a, pipeline_task: {{pipeline_id: {name}}}}}]}}'''
        for name in [*NAMES, "hopeless"]
    )
    .strip()
}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def restart(lab: Any, name: str, **fields: Any) -> Any:
    target = {"kind": "pipeline", "id": lab.control.pipeline_id(name)}
    fields = {"token": name, "failed_at": datetime(2026, 1, 1, tzinfo=UTC), **fields}
    return lab.step("restart_pipeline_update", target=target, **fields)


def failed_step(lab: Any, name: str) -> Any:
    """Let the pipeline's job fail, and return the step with the time of that failure."""
    run = lab.workspace.get_run(lab.fail(name))
    return restart(lab, name, failed_at=datetime.fromtimestamp(run["end_time"] / 1000, UTC))


def updates(lab: Any, name: str) -> list[dict[str, Any]]:
    return lab.workspace.list_updates(lab.control.pipeline_id(name))


def test_failed_pipeline_gets_one_update_which_is_waited_for(lab: Any) -> None:
    result = lab.act_until_done(failed_step(lab, "passing"))

    assert "completed" in result.message
    assert [each["state"] for each in updates(lab, "passing")] == ["COMPLETED", "FAILED"]
    assert [each["full_refresh"] for each in updates(lab, "passing")] == [False, False]


def test_lost_answer_leads_to_one_update(lab: Any) -> None:
    step = failed_step(lab, "lost")
    lab.control.add_fault("drop_after", path="*/pipelines/*/updates", method="POST")

    with pytest.raises(ApplicationError) as lost:
        lab.act(step)
    lab.act_until_done(step)

    assert lost.value.type == "TransientError"
    assert len(updates(lab, "lost")) == 2


def test_update_that_fails_again_is_reported_and_not_repeated(lab: Any) -> None:
    with pytest.raises(ApplicationError) as failed:
        lab.act_until_done(failed_step(lab, "hopeless"))

    assert failed.value.type == "InvalidStateError"
    assert "customer_id" in failed.value.message
    assert len(updates(lab, "hopeless")) == 2


def test_nothing_is_started_while_the_platform_retries(lab: Any) -> None:
    pipeline = lab.control.pipeline_id("retried")
    lab.workspace.write(start_update(pipeline, "a person starts it"))
    lab.control.wait_until(lambda: updates(lab, "retried")[0]["state"] == "FAILED")

    with pytest.raises(ApplicationError, match="the platform retries by itself"):
        lab.act(restart(lab, "retried", failed_at=lab.now))
    lab.act_until_done(restart(lab, "retried"))

    assert [each["cause"] for each in updates(lab, "retried")] == ["RETRY_ON_FAILURE", "API_CALL"]


def test_pipeline_that_has_completed_since_is_left_alone(lab: Any) -> None:
    step = failed_step(lab, "current")
    lab.act_until_done(step)

    result = lab.act(step.model_copy(update={"token": "another incident"}))

    assert result.calls == ()
    assert len(updates(lab, "current")) == 2


def test_dry_run_starts_nothing(lab: Any) -> None:
    result = lab.act(failed_step(lab, "shown").model_copy(update={"dry_run": True}))

    assert "no full refresh" in result.calls[0].summary
    assert len(updates(lab, "shown")) == 1
