"""A pipeline is well when its newest update completed."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.workspace.writes import start_update

SCENARIO = """
name: pipelines
pipelines:
  flaky: {spec: {catalog: main}, duration: 60s, fails: {kind: network, times: 1}}
  slow: {spec: {catalog: main}, duration: 100h}
  new: {spec: {catalog: main}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def update(lab: Any, pipeline: str, state: str) -> None:
    lab.workspace.write(start_update(pipeline, "a person starts it"))
    lab.control.wait_until(lambda: lab.workspace.list_updates(pipeline)[0]["state"] == state)


def test_newest_update_decides(lab: Any, check: Any) -> None:
    pipeline = lab.control.pipeline_id("flaky")

    update(lab, pipeline, "FAILED")
    failed = check("pipeline_update_completed", pipeline_ids=[pipeline])
    update(lab, pipeline, "COMPLETED")
    completed = check("pipeline_update_completed", pipeline_ids=[pipeline])

    assert (failed.passed, completed.passed) == (False, True)
    assert "is FAILED" in failed.message


def test_update_under_way_is_looked_at_again(lab: Any, check: Any) -> None:
    pipeline = lab.control.pipeline_id("slow")
    update(lab, pipeline, "RUNNING")

    with pytest.raises(ApplicationError) as waiting:
        check("pipeline_update_completed", pipeline_ids=[pipeline])

    assert waiting.value.type == "StillChanging"


def test_pipeline_without_an_update_does_not_pass(lab: Any, check: Any) -> None:
    pipeline = lab.control.pipeline_id("new")

    assert not check("pipeline_update_completed", pipeline_ids=[pipeline]).passed
