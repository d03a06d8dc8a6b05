"""Lets every job of a workspace run, reports the ends as notifications would, and judges."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.stage import Stage, staged
from cli.demo.verdict import Verdict, judge, take_account
from lakemend.hurry import hurry
from lakemend.incident import KEEP_GOOD_SETTINGS, TASK_QUEUE, IncidentView
from lakemend.playbook import Playbooks
from lakemend.step import WatchedRun
from simulator.scenario import JobEntry, parse_scenario

PATIENCE = 300
HURRY = 1000
FIRST_RUNS_SECONDS = 600  # all have succeeded, and nobody has edited anything yet
OVER = {"TERMINATED", "SKIPPED"}


async def play(text: str, playbooks: Playbooks, folder: Path) -> Verdict:
    """Return what became of each job of the scenario, and of the workspace as a whole."""
    scenario = parse_scenario(text)
    async with (
        staged(text, folder, hold=True) as stage,
        stage.working(playbooks=hurry(playbooks, HURRY)),
    ):
        views = await _incidents(stage, scenario.jobs)
        account = await asyncio.to_thread(take_account, stage.simulator.control)
    return judge(scenario, account, views)


async def _incidents(stage: Stage, jobs: Mapping[str, JobEntry]) -> list[IncidentView]:
    """Return the incidents that ended in time; a job without a schedule runs once.

    Those with a schedule go first: the settings with which they succeed must be known before
    somebody edits them.
    """
    scheduled = [name for name, job in jobs.items() if job.runs]
    told: dict[int, asyncio.Task[IncidentView | None]] = {}
    async with asyncio.timeout(PATIENCE):
        async with stage.standing_still():
            await asyncio.to_thread(stage.simulator.control.start)
            await asyncio.to_thread(stage.simulator.control.advance, FIRST_RUNS_SECONDS)
            await _report_ends(stage, told, len(scheduled))
            await asyncio.gather(*told.values())
        await asyncio.to_thread(_start, stage, set(jobs) - set(scheduled))
        await _report_ends(stage, told, sum(max(1, len(job.runs)) for job in jobs.values()))
    ended, late = await asyncio.wait(told.values(), timeout=PATIENCE)
    for task in late:
        task.cancel()
    return [view for task in ended if (view := task.result())]


async def _report_ends(
    stage: Stage, told: dict[int, asyncio.Task[IncidentView | None]], runs: int
) -> None:
    """Report each run that has ended, until there were so many."""
    while len(told) < runs:
        for run in await asyncio.to_thread(stage.simulator.control.runs):
            if run["phase"] in OVER and run["by"] != "api" and run["run_id"] not in told:
                told[run["run_id"]] = asyncio.create_task(_report(stage, run))
        await asyncio.sleep(0.1)


def _start(stage: Stage, jobs: Iterable[str]) -> None:
    for job in jobs:
        stage.simulator.control.run_job(job)


async def _report(stage: Stage, run: dict[str, Any]) -> IncidentView | None:
    if run["result"] != "SUCCESS":
        return await (await stage.report(run["run_id"])).result()
    await stage.client.execute_workflow(
        KEEP_GOOD_SETTINGS,
        WatchedRun(workspace="default", run_id=str(run["run_id"])),
        id=f"good-settings:{run['run_id']}",
        task_queue=TASK_QUEUE,
    )
    return None
