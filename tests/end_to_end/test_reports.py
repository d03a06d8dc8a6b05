"""What a breaker hears of a recovery besides that it helped or did not."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from bench.stage import Stage, staged
from lakemend.breaker.settings import UnknownCountsAs
from lakemend.breaker.view import BreakerStatus
from lakemend.incident import IncidentView, Outcome
from lakemend.playbook import BreakerSpec, Playbook, load_playbooks

JOBS = """
jobs:
  throttled: &passing
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 5s, fails: {kind: network, times: 1}}}
  lasting: *passing
"""
REPAIR = "*/jobs/runs/repair"
NETWORK = "DatabricksNetworkError"
RETRY_AFTER = 900


def impatient(playbook: Playbook) -> Playbook:
    """One repair, for which little time is left."""
    limits = {
        "timeout": timedelta(seconds=3),
        "run_timeout": timedelta(seconds=2),
        "attempts": None,
    }
    breaker = BreakerSpec(scope="job", unknown_counts_as=UnknownCountsAs.IGNORED)
    steps = (playbook.steps[0].model_copy(update=limits),)
    return playbook.model_copy(update={"steps": steps, "breaker": breaker})


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    playbooks = load_playbooks()
    playbooks = {**playbooks, NETWORK: impatient(playbooks[NETWORK])}
    async with (
        staged(JOBS, tmp_path_factory.mktemp("reports")) as stage,
        stage.working(playbooks=playbooks, auto_remediation_max_retries=1),
    ):
        yield stage


async def heard(stage: Stage, view: IncidentView) -> BreakerStatus:
    return await stage.breaker(view.breaker).query("status", result_type=BreakerStatus)


async def test_a_workspace_that_throttles_names_when_its_breaker_may_close(stage: Stage) -> None:
    fault = {"status": 429, "headers": {"Retry-After": str(RETRY_AFTER)}}
    control = stage.simulator.control
    await asyncio.to_thread(control.add_fault, "status", path=REPAIR, times=0, **fault)
    view = await stage.recover("throttled")
    await asyncio.to_thread(control.clear_faults)

    status = await heard(stage, view)

    assert view.outcome is Outcome.ESCALATED
    assert status.state == "open"
    assert status.retry_at is not None
    assert status.retry_at > datetime.now(UTC) + timedelta(seconds=RETRY_AFTER / 2)


async def test_of_a_run_that_goes_on_nobody_knows_whether_it_was_helped(stage: Stage) -> None:
    run = await stage.failed_run("lasting")
    async with stage.standing_still():
        handle = await stage.report(run)
        view: IncidentView = await handle.result()

    status = await heard(stage, view)

    assert view.outcome is Outcome.ESCALATED
    assert "still active" in view.message
    assert (status.totals.ignored, status.totals.failed) == (1, 0)
