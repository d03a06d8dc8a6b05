"""A cluster is started once, and one that runs is left alone."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

SPEC = "spec: {node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
SCENARIO = f"""
name: starts
delays: {{cluster_start: 4m}}
clusters:
  resting: {{{SPEC}, state: TERMINATED}}
  lost: {{{SPEC}, state: TERMINATED}}
  shown: {{{SPEC}, state: TERMINATED}}
  running: {{{SPEC}, state: RUNNING}}
  stopped: {{{SPEC}, state: RUNNING}}
  broken: {{{SPEC}, state: TERMINATED, start_fails: [{{code: INTERNAL_ERROR}}]}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def starts(lab: Any, name: str) -> int:
    return lab.control.invariants()["cluster_starts"].get(name, 0)


def start(lab: Any, name: str, **fields: Any) -> Any:
    return lab.cluster_step("start_cluster", name, failed_at=lab.now, **fields)


def test_terminated_cluster_is_started_and_waited_for(lab: Any) -> None:
    result = lab.act_until_done(start(lab, "resting"))

    assert lab.cluster("resting")["state"] == "RUNNING"
    assert [call.path for call in result.calls] == ["/api/2.1/clusters/start"]


def test_running_cluster_is_left_alone_even_if_it_ran_before_the_failure(lab: Any) -> None:
    before = starts(lab, "running")

    result = lab.act(start(lab, "running"))

    assert result.calls == ()
    assert starts(lab, "running") == before


def test_lost_answer_leads_to_one_start(lab: Any) -> None:
    step, before = start(lab, "lost"), starts(lab, "lost")
    lab.control.add_fault("drop_after", path="*/clusters/start")

    with pytest.raises(ApplicationError):
        lab.act(step)
    lab.act_until_done(step)

    assert starts(lab, "lost") == before + 1


def test_start_that_fails_is_told_with_its_reason(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="INTERNAL_ERROR") as failed:
        lab.act_until_done(start(lab, "broken"))

    assert (failed.value.type, failed.value.non_retryable) == ("InvalidStateError", True)


def test_cluster_that_a_person_stopped_stays_stopped(lab: Any) -> None:
    lab.control.terminate_cluster("stopped", code="USER_REQUEST", type="SUCCESS")
    lab.control.wait_until(lambda: lab.cluster("stopped")["state"] == "TERMINATED")

    assert lab.act(start(lab, "stopped")).superseded


def test_dry_run_starts_nothing(lab: Any) -> None:
    result = lab.act(start(lab, "shown", dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/start"]
    assert lab.cluster("shown")["state"] == "TERMINATED"
