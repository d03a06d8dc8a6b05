"""What doctor says of the sweeps: never made, not yet, paused, and one that has failed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bench.stage import Stage, staged
from cli.doctor.finding import Finding
from cli.doctor.sweep import check_sweeps
from lakemend.sweep import sweep_id
from workflows.sweep_schedule import schedule_sweeps

DAILY = timedelta(days=1)


async def look(stage: Stage, every: timedelta = DAILY) -> Finding:
    settings = stage.settings.model_copy(update={"sweep_every": every})
    (finding,) = await check_sweeps(settings)
    return finding


async def until_it_says(stage: Stage, words: str) -> Finding:
    finding = await look(stage)
    for _ in range(600):
        if words in finding.message:
            return finding
        await asyncio.sleep(0.1)
        finding = await look(stage)
    raise AssertionError(finding.message)


async def test_each_state_of_the_sweeps_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged("jobs: {}", tmp_path) as stage:
        monkeypatch.setenv("TEMPORAL_ADDRESS", stage.client.service_client.config.target_host)
        off, missing = await look(stage, timedelta(0)), await look(stage)
        await schedule_sweeps(stage.client, ["default"], DAILY)
        fresh = await look(stage)
        schedule = stage.client.get_schedule_handle(sweep_id("default"))
        await schedule.pause(note="for the night")
        paused = await look(stage)
        await schedule.unpause()
        control = stage.simulator.control
        await asyncio.to_thread(control.add_fault, "status", path="*/runs/list", status=403)
        async with stage.working(sweep_every=DAILY):
            await schedule.trigger()
            failed = await until_it_says(stage, "has failed")

    assert (off.state, "LAKEMEND_SWEEP_EVERY" in off.message) == ("ok", True)
    assert (missing.state, "lakemend worker" in missing.remedy) == ("warning", True)
    assert (fresh.state, fresh.message) == ("ok", "default: every 1d, not yet")
    assert (paused.state, "for the night" in paused.message) == ("warning", True)
    assert (failed.state, "Web UI" in failed.remedy) == ("warning", True)
