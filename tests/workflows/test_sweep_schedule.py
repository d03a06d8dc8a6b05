"""Every worker makes the schedule of each workspace's sweeps, and keeps it to its settings."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from temporalio.client import ScheduleOverlapPolicy
from temporalio.service import RPCError

from bench.stage import Stage, staged
from lakemend.sweep import sweep_id
from workflows.sweep_schedule import schedule_sweeps

FIVE, TEN = timedelta(minutes=5), timedelta(minutes=10)


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    async with staged("jobs: {}", tmp_path_factory.mktemp("schedule")) as stage:
        yield stage


async def test_each_workspace_has_a_schedule_that_catches_up_nothing(stage: Stage) -> None:
    for _worker in range(2):
        await schedule_sweeps(stage.client, ["default", "other"], FIVE)

    for name in ("default", "other"):
        found = await stage.client.get_schedule_handle(sweep_id(name)).describe()
        assert [each.every for each in found.schedule.spec.intervals] == [FIVE]
        assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert found.schedule.policy.catchup_window == timedelta(seconds=10)
        assert found.info.last_updated_at is None


async def test_another_interval_counts_and_who_paused_it_finds_it_paused(stage: Stage) -> None:
    await schedule_sweeps(stage.client, ["default"], FIVE)
    handle = stage.client.get_schedule_handle(sweep_id("default"))
    await handle.pause(note="night")

    await schedule_sweeps(stage.client, ["default"], TEN)

    schedule = (await handle.describe()).schedule
    assert [each.every for each in schedule.spec.intervals] == [TEN]
    assert (schedule.state.paused, schedule.state.note) == (True, "night")


async def test_switched_off_there_is_no_schedule(stage: Stage) -> None:
    await schedule_sweeps(stage.client, ["default"], FIVE)

    for _worker in range(2):
        await schedule_sweeps(stage.client, ["default"], timedelta(0))

    with pytest.raises(RPCError, match="not found"):
        await stage.client.get_schedule_handle(sweep_id("default")).describe()
