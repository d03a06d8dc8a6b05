"""`kill -9` of the worker at every stage: one repair, a recovered incident, settings as before.

Each case has a server, a workspace and workers of its own; all run at the same time, for most of it
is waiting until the server notices that a worker is gone.
"""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from bench.proof.working import WorkerProcess
from bench.stage import SOON, Stage, staged
from lakemend.incident import IncidentView, Outcome
from workflows.options import HEARTBEAT

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
REPAIRED = "repaired"

Fault = dict[str, Any]


def slow(path: str, nth: int = 1) -> Fault:
    """Long enough to kill its worker meanwhile, and over when the next one tries."""
    seconds = HEARTBEAT.total_seconds() * 0.8
    return {"kind": "delay", "path": path, "nth": nth, "seconds": seconds, "times": 1}


def lost(kind: str) -> Fault:
    return {"kind": kind, "path": REPAIR, "times": 1}


@dataclass(frozen=True)
class Case:
    """The calls that go wrong, and the activity under way when the worker dies, if it does.

    No run ends before it has died when `runs_last`.
    """

    faults: tuple[Fault, ...] = ()
    dies_during: str = ""
    runs_last: bool = False


CASES = {
    "killed at the evidence": Case((slow("*/runs/get"),), "read_evidence"),
    "killed at the snapshot": Case((slow("*/jobs/get", nth=2),), "take_snapshot"),
    "killed at the change of settings": Case((slow("*/jobs/update"),), "change_node_type"),
    "killed at the repair": Case((slow(REPAIR),), "repair_run"),
    "killed while it waits for the run": Case((), "wait_for_run", runs_last=True),
    "killed while it puts back": Case((slow("*/jobs/update", nth=2),), "restore_snapshot"),
    "repair lost": Case((lost("drop_before"),)),
    "answer lost": Case((lost("drop_after"),)),
    "answer lost and killed": Case((lost("drop_after"), slow("*/runs/get", nth=3)), REPAIRED),
}


@dataclass(frozen=True)
class Ending:
    """What is left afterwards."""

    view: IncidentView
    repairs: int
    report: dict[str, Any]


@pytest.fixture(scope="module")
async def endings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ending]:
    folders = [tmp_path_factory.mktemp("stage") for _ in CASES]
    plays = map(play, CASES.values(), folders)
    return dict(zip(CASES, await asyncio.gather(*plays), strict=True))


async def play(case: Case, folder: Path) -> Ending:
    async with staged(SCENARIO, folder) as stage:
        control = stage.simulator.control
        run = await stage.failed_run("hungry")
        for fault in case.faults:
            await asyncio.to_thread(control.add_fault, **fault)
        address = stage.client.service_client.config.target_host
        worker = WorkerProcess(stage.settings, address, folder / "worker.log")
        worker.start()
        try:
            async with stage.standing_still() if case.runs_last else nullcontext():
                handle = await stage.report(run)
                if case.dies_during:
                    await under_way(stage, handle, case.dies_during)
                    worker.kill()
                    worker.start()
            view = await asyncio.wait_for(handle.result(), SOON * 2)
        finally:
            worker.kill()
        report = await asyncio.to_thread(control.invariants)
        return Ending(view, stage.repairs_of(run), report)


async def under_way(stage: Stage, handle: WorkflowHandle[Any, IncidentView], activity: str) -> None:
    """Wait until the activity is pending on the incident, or until the run is repaired."""
    run = handle.id.rpartition("-")[2]
    for _ in range(SOON * 20):
        pending = (await handle.describe()).raw_description.pending_activities
        if activity == REPAIRED and await asyncio.to_thread(stage.repairs_of, run):
            return
        if any(each.activity_type.name == activity for each in pending):
            await asyncio.sleep(0.5)
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{activity} never began")


@pytest.mark.parametrize("case", CASES)
def test_a_dead_worker_or_a_lost_call_costs_nothing_but_time(
    endings: dict[str, Ending], case: str
) -> None:
    ending = endings[case]

    assert ending.view.outcome is Outcome.RECOVERED, ending.view.message
    assert ending.repairs == 1
    assert ending.report["settings_changed"] == {}
    assert ending.report["overlapping_runs"] == []
