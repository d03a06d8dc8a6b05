"""`kill -9` of the worker at every stage: one repair, a recovered incident, settings as before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from bench.stage import SOON, Stage, WorkerProcess, staged
from lakemend.incident import IncidentView, Outcome

SCENARIO = """
jobs:
  hungry:
    settings:
      job_clusters:
        - job_cluster_key: main
          new_cluster: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
      tasks:
        - {task_key: load, job_cluster_key: main, notebook_task: {notebook_path: /load}}
    tasks: {load: {duration: 100s, needs: {driver_memory_gb: 30}}}
"""
REPAIR = "*/runs/repair"

# stage: the activity that is under way when the worker dies, and the call that keeps it there
STAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "evidence": ("read_evidence", {"path": "*/runs/get"}),
    "snapshot": ("take_snapshot", {"path": "*/jobs/get", "nth": 2}),
    "change of settings": ("change_node_type", {"path": "*/jobs/update"}),
    "repair": ("repair_run", {"path": REPAIR}),
    "waiting for the run": ("wait_for_run", {}),
    "settings put back": ("restore_snapshot", {"path": "*/jobs/update", "nth": 2}),
}


async def under_way(handle: WorkflowHandle[Any, IncidentView], activity: str) -> None:
    """Wait until the activity is pending on the incident."""
    for _ in range(SOON * 20):
        pending = (await handle.describe()).raw_description.pending_activities
        if any(each.activity_type.name == activity for each in pending):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{activity} never began")


async def recovered_once(stage: Stage, handle: WorkflowHandle[Any, IncidentView]) -> None:
    view = await asyncio.wait_for(handle.result(), SOON * 2)
    found = stage.simulator.control.invariants()
    assert view.outcome is Outcome.RECOVERED, view.message
    assert stage.repairs_of(view.run_id) == 1
    assert found["settings_changed"] == {}
    assert found["overlapping_runs"] == []


@pytest.mark.parametrize("where", STAGES)
async def test_a_killed_worker_costs_nothing_but_time(where: str, tmp_path: Path) -> None:
    activity, slow_call = STAGES[where]
    async with staged(SCENARIO, tmp_path) as stage:
        run = await stage.failed_run("hungry")
        if slow_call:
            stage.simulator.control.add_fault("delay", seconds=3, times=1, **slow_call)
        first = WorkerProcess(stage)
        handle = await stage.report(run)
        await under_way(handle, activity)
        await asyncio.sleep(0.5)
        first.kill()

        second = WorkerProcess(stage)
        try:
            await recovered_once(stage, handle)
        finally:
            second.stop()


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_a_lost_answer_of_a_repair_leads_to_one_repair(fault: str, tmp_path: Path) -> None:
    async with staged(SCENARIO, tmp_path) as stage, stage.working():
        run = await stage.failed_run("hungry")
        stage.simulator.control.add_fault(fault, path=REPAIR, times=1)

        await recovered_once(stage, await stage.report(run))


async def test_a_lost_answer_and_a_killed_worker_together_lead_to_one_repair(
    tmp_path: Path,
) -> None:
    async with staged(SCENARIO, tmp_path) as stage:
        run = await stage.failed_run("hungry")
        control = stage.simulator.control
        control.add_fault("drop_after", path=REPAIR, times=1)
        control.add_fault("delay", path="*/runs/get", seconds=3, nth=3, times=1)
        first = WorkerProcess(stage)
        handle = await stage.report(run)
        await asyncio.to_thread(control.wait_until, lambda: stage.repairs_of(run) == 1, SOON)
        first.kill()

        second = WorkerProcess(stage)
        try:
            await recovered_once(stage, handle)
        finally:
            second.stop()
