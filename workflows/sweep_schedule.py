"""One schedule of sweeps for each workspace, made and kept up to date by every worker."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from lakemend.incident import TASK_QUEUE
from lakemend.sweep import SweepRequest, sweep_id
from workflows.scheduling import scheduled_or_told
from workflows.sweep import SweepWorkflow

# The next sweep goes on where the last one stopped, so none has to be made up for.
CATCH_UP = timedelta(seconds=10)


async def schedule_sweeps(client: Client, workspaces: Iterable[str], every: timedelta) -> None:
    """Have each workspace swept so often, one sweep at a time; zero ends it."""
    with scheduled_or_told("sweep.unscheduled", "run `lakemend sweep` regularly"):
        for workspace in workspaces:
            await (_keep(client, workspace, every) if every else _end(client, workspace))


async def _keep(client: Client, workspace: str, every: timedelta) -> None:
    wanted = _schedule(workspace, every)
    try:
        await client.create_schedule(sweep_id(workspace), wanted)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(sweep_id(workspace))
        await handle.update(lambda known: _changed(known, wanted))


def _changed(known: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate | None:
    """Give it the interval of these settings; one that a person has paused stays so."""
    schedule = known.description.schedule
    if schedule.spec.intervals == wanted.spec.intervals:
        return None
    return ScheduleUpdate(replace(wanted, state=schedule.state))


async def _end(client: Client, workspace: str) -> None:
    try:
        await client.get_schedule_handle(sweep_id(workspace)).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _schedule(workspace: str, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SweepWorkflow.run,
            SweepRequest(workspace=workspace),
            id=sweep_id(workspace),
            task_queue=TASK_QUEUE,
            static_summary=f"Look for failed runs in {workspace} that no message told of",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)], jitter=every / 10),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
