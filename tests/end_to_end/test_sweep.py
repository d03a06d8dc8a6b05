"""A failure of which nobody told is found and recovered, once, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import ScheduleActionExecutionStartWorkflow

from bench.stage import SOON, Stage, staged
from lakemend.incident import TASK_QUEUE, IncidentView, Outcome, incident_id
from lakemend.sweep import SWEEP, SweepRequest, SweepResult, sweep_id

SCENARIO = """
jobs:
  silent: &passing
    settings:
      max_concurrent_runs: 10
      tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 5s, fails: {kind: network, times: 1}}}
  told: *passing
  bug:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 5s, fails: {kind: user_code}}}
"""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    async with (
        staged(SCENARIO, tmp_path_factory.mktemp("sweep")) as stage,
        stage.working(sweep_every=timedelta(days=1), sweep_grace=timedelta(0)),
    ):
        yield stage


async def scheduled(stage: Stage) -> SweepResult:
    """Let the schedule fire now, and return what its sweep found."""
    schedule = stage.client.get_schedule_handle(sweep_id("default"))
    before = (await schedule.describe()).info.num_actions
    await schedule.trigger()
    for _ in range(SOON * 10):
        info = (await schedule.describe()).info
        if info.num_actions > before and not info.running_actions:
            started = info.recent_actions[-1].action
            assert isinstance(started, ScheduleActionExecutionStartWorkflow)
            sweep = stage.client.get_workflow_handle(started.workflow_id, result_type=SweepResult)
            return await sweep.result()
        await asyncio.sleep(0.1)
    raise AssertionError("the schedule has not fired")


async def ended(stage: Stage, run_id: int) -> IncidentView:
    handle = stage.client.get_workflow_handle(
        incident_id("default", str(run_id)), result_type=IncidentView
    )
    return await asyncio.wait_for(handle.result(), SOON)


async def incidents_of(stage: Stage, run_id: int) -> int:
    query = f"WorkflowId='{incident_id('default', str(run_id))}'"
    return (await stage.client.count_workflows(query)).count


async def test_the_schedule_finds_what_no_webhook_told(stage: Stage) -> None:
    told, bug = await stage.failed_run("told"), await stage.failed_run("bug")
    silent = await stage.failed_run("silent")
    views = [await (await stage.report(each)).result() for each in (told, bug)]
    assert [view.outcome for view in views] == [Outcome.RECOVERED, Outcome.ESCALATED]

    first = await scheduled(stage)
    view = await ended(stage, silent)
    second = await scheduled(stage)

    assert [run.run_id for run in first.found] == [str(silent)]
    assert first.started == (incident_id("default", str(silent)),)
    assert view.outcome is Outcome.RECOVERED
    assert stage.repairs_of(silent) == 1
    trail = await asyncio.to_thread(stage.records.audit_of, view.incident_id)
    assert trail[0].kind == "incident.found"
    assert (second.found, second.started) == ((), ())
    assert first.mark is not None
    assert second.mark is not None
    assert second.mark.floor == first.mark.floor
    assert second.mark.looked_at > first.mark.looked_at
    assert [await incidents_of(stage, each) for each in (told, bug, silent)] == [1, 1, 1]


async def by_hand(stage: Stage, **wanted: Any) -> SweepResult:
    request = SweepRequest(workspace="default", since=timedelta(hours=1), rounds=3, **wanted)
    return await stage.client.execute_workflow(
        SWEEP,
        request,
        id=f"{sweep_id('default')}:by-hand",
        task_queue=TASK_QUEUE,
        result_type=SweepResult,
    )
