"""A failure of which nobody told is found and recovered, once, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import ScheduleActionExecutionStartWorkflow, WorkflowFailureError
from temporalio.testing import ActivityEnvironment

from activities.sweep import Reports, SweepReports
from bench.stage import SOON, Stage, WorkerProcess, staged
from cli.ports import free_port
from lakemend.incident import TASK_QUEUE, IncidentView, Outcome, incident_id
from lakemend.sweep import SWEEP, FoundRun, SweepRequest, SweepResult, sweep_id
from workflows.sweep_schedule import schedule_sweeps

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
        # the worker makes it too, a moment later
        await schedule_sweeps(stage.client, ["default"], timedelta(days=1))
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
    # another interval does not make it forget where it stopped
    await schedule_sweeps(stage.client, ["default"], timedelta(hours=12))
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


async def test_a_repair_by_hand_that_fails_is_a_new_failure(stage: Stage) -> None:
    bug = await stage.failed_run("bug")
    await (await stage.report(bug)).result()
    settled = await by_hand(stage)
    repaired = stage.simulator.control.repair_as_person
    await asyncio.to_thread(repaired, bug)
    await asyncio.to_thread(stage.simulator.control.wait_for_run, bug)

    rehearsed = await by_hand(stage, dry_run=True)
    found = await by_hand(stage)
    await ended(stage, bug)
    again = await by_hand(stage)

    assert (settled.found, settled.known) == ((), 1)
    assert [run.run_id for run in rehearsed.found] == [str(bug)]
    assert rehearsed.started == ()
    assert found.started == (incident_id("default", str(bug)),)
    assert again.found == ()
    assert await incidents_of(stage, bug) == 2


async def test_a_settled_failure_stays_settled_while_the_records_are_away(
    stage: Stage,
) -> None:
    bug = await stage.failed_run("bug")
    await (await stage.report(bug)).result()
    reports = Reports(workspace="default", runs=(FoundRun(run_id=str(bug)),))

    started = await ActivityEnvironment().run(
        SweepReports(stage.client, TASK_QUEUE).report_found, reports
    )

    assert started == []
    assert await incidents_of(stage, bug) == 1


async def test_a_workspace_that_refuses_fails_the_sweep_and_moves_nothing(stage: Stage) -> None:
    before = await scheduled(stage)
    control = stage.simulator.control
    run = await stage.failed_run("silent")
    await asyncio.to_thread(control.add_fault, "status", path="*/runs/list", status=403, times=0)
    with pytest.raises(WorkflowFailureError):
        await scheduled(stage)
    await asyncio.to_thread(control.clear_faults)

    after = await scheduled(stage)

    assert before.mark is not None
    assert after.mark is not None
    assert after.mark.floor == before.mark.floor
    assert [found.run_id for found in after.found] == [str(run)]
    assert (await ended(stage, run)).outcome is Outcome.RECOVERED


async def test_a_worker_that_dies_between_incident_and_mark_starts_nothing_twice(
    tmp_path: Path,
) -> None:
    async with staged(SCENARIO, tmp_path) as stage:
        runs = [await stage.failed_run("silent") for _ in range(3)]
        metrics = f"127.0.0.1:{free_port()}"
        hasty = {
            "LAKEMEND_SWEEP_EVERY": "1d",
            "LAKEMEND_SWEEP_GRACE": "0",
            # the runs are of one job
            "LAKEMEND_BREAKER_COOL_DOWN": "0",
            "LAKEMEND_METRICS_ADDRESS": metrics,
        }
        worker = WorkerProcess(stage, **hasty)
        sweep = asyncio.create_task(by_hand(stage))
        await until_an_incident_is_there(stage)
        worker.kill()
        worker = WorkerProcess(stage, **hasty)
        try:
            result = await asyncio.wait_for(sweep, SOON)
            views = [await ended(stage, run) for run in runs]
            again = await by_hand(stage)
            await until_shown(f"http://{metrics}/metrics")
        finally:
            worker.kill()

        assert sorted(each.run_id for each in result.found) == sorted(map(str, runs))
        assert again.found == ()
        assert [view.outcome for view in views] == [Outcome.RECOVERED] * 3
        assert [await incidents_of(stage, run) for run in runs] == [1, 1, 1]
        assert [stage.repairs_of(run) for run in runs] == [1, 1, 1]


async def until_shown(url: str) -> None:
    """Wait until the worker shows what it counted."""
    wanted = {"found_total", "started_total", "last_timestamp_seconds"}
    shown: set[str] = set()
    for _ in range(60):
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(url)).text
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        shown = {each.name for each in samples if each.labels.get("workspace") == "default"}
        if {f"lakemend_sweep_{name}" for name in wanted} <= shown:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"shown are {shown}")


async def until_an_incident_is_there(stage: Stage) -> None:
    for _ in range(SOON * 20):
        if (await stage.client.count_workflows("WorkflowType='IncidentWorkflow'")).count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no incident was started")
