"""A warehouse is started, or stopped and started, once, and left alone when it is healthy."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

NAMES = ["well", "resting", "sick", "lost", "shown"]
SCENARIO = """
name: warehouses
delays: {warehouse_start: 60s, warehouse_stop: 10s}
warehouses:
  well: {settings: {cluster_size: Small}}
  resting: {settings: {cluster_size: Small}, state: STOPPED}
  sick: {settings: {cluster_size: Small, num_active_sessions: 3}, unhealthy: true}
  lost: {settings: {cluster_size: Small}, state: STOPPED}
  shown: {settings: {cluster_size: Small, num_active_sessions: 3}, unhealthy: true}
  broken:
    settings: {cluster_size: Small}
    state: STOPPED
    start_fails: [{code: CLOUD_PROVIDER_LAUNCH_FAILURE, type: CLOUD_FAILURE}]
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def restart(lab: Any, name: str, **fields: Any) -> Any:
    target = {"kind": "warehouse", "id": lab.control.warehouse_id(name)}
    return lab.step("restart_warehouse", target=target, **fields)


def state(lab: Any, name: str) -> str:
    return lab.workspace.get_warehouse(lab.control.warehouse_id(name))["state"]


def starts(lab: Any, name: str) -> int:
    return len(lab.calls(f"/warehouses/{lab.control.warehouse_id(name)}/start"))


def test_healthy_warehouse_is_left_alone(lab: Any) -> None:
    result = lab.act(restart(lab, "well"))

    assert result.calls == ()
    assert "healthy" in result.message


def test_stopped_warehouse_is_started_once_and_waited_for(lab: Any) -> None:
    result = lab.act_until_done(restart(lab, "resting"))

    assert state(lab, "resting") == "RUNNING"
    assert [call.path.rpartition("/")[2] for call in result.calls] == ["start"]


def test_unhealthy_warehouse_is_stopped_and_started(lab: Any) -> None:
    result = lab.act_until_done(restart(lab, "sick"))

    assert state(lab, "sick") == "RUNNING"
    assert [call.path.rpartition("/")[2] for call in result.calls] == ["stop", "start"]


def test_lost_answer_leads_to_one_start(lab: Any) -> None:
    step = restart(lab, "lost")
    lab.control.add_fault("drop_after", path="*/warehouses/*/start")

    with pytest.raises(ApplicationError) as lost:
        lab.act(step)
    lab.act_until_done(step)

    assert lost.value.type == "TransientError"
    assert starts(lab, "lost") == 1


def test_start_that_fails_is_reported_and_not_repeated(lab: Any) -> None:
    with pytest.raises(ApplicationError) as failed:
        lab.act_until_done(restart(lab, "broken"))

    assert failed.value.type == "InvalidStateError"
    assert "CLOUD_PROVIDER_LAUNCH_FAILURE" in failed.value.message
    assert starts(lab, "broken") == 1


def test_dry_run_tells_whom_it_would_interrupt_and_stops_nothing(lab: Any) -> None:
    result = lab.act(restart(lab, "shown", dry_run=True))

    assert [call.path.rpartition("/")[2] for call in result.calls] == ["stop", "start"]
    assert "interrupt 3 active sessions" in result.message
    assert state(lab, "shown") == "RUNNING"


@pytest.mark.parametrize(
    ("others", "kind", "words"),
    [("wait", "StillChanging", "interrupt 3"), ("refuse", "InvalidStateError", "refuses that")],
)
def test_sessions_are_waited_for_or_make_it_refuse(
    lab: Any, others: str, kind: str, words: str
) -> None:
    with pytest.raises(ApplicationError) as held:
        lab.act(restart(lab, "shown", parameters={"others": others}))

    assert held.value.type == kind
    assert words in held.value.message
    assert state(lab, "shown") == "RUNNING"


def test_what_is_no_warehouse_is_refused(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="not a SQL warehouse"):
        lab.act(lab.step("restart_warehouse"))
