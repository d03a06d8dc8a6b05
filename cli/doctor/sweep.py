"""Whether the sweeps for failures that no message told of run, and how the last one ended."""

from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from cli.connection import connect
from cli.doctor.finding import Finding, fine, warning
from cli.problems import CommandError
from lakemend.durations import format_duration
from lakemend.settings import Settings
from lakemend.sweep import sweep_id

PART = "Sweep"
_SWITCHED_OFF = "switched off (LAKEMEND_SWEEP_EVERY): a failure that no message tells of stays"
_FAILED = frozenset(
    {
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.TIMED_OUT,
    }
)


async def check_sweeps(settings: Settings) -> list[Finding]:
    """Return when each workspace was last swept; nothing where Temporal is away."""
    if not settings.sweep_every:
        return [fine(PART, _SWITCHED_OFF)]
    try:
        client = await connect(settings)
    except CommandError:
        return []
    return [await _sweeps(client, settings, name) for name in settings.workspaces]


async def _sweeps(client: Client, settings: Settings, name: str) -> Finding:
    try:
        schedule = await client.get_schedule_handle(sweep_id(name)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            return warning(PART, f"{name}: {error.message}", "Sweep by hand: `lakemend sweep`.")
        remedy = "A worker makes it at its start: `lakemend worker`, or `lakemend up`."
        return warning(PART, f"{name}: there is no schedule {sweep_id(name)}", remedy)
    if schedule.schedule.state.paused:
        remedy = f"temporal schedule toggle --unpause --schedule-id {sweep_id(name)}"
        return warning(PART, f"{name}: paused: {schedule.schedule.state.note}", remedy)
    return await _last_sweep(client, settings, name, schedule)


async def _last_sweep(
    client: Client, settings: Settings, name: str, schedule: ScheduleDescription
) -> Finding:
    every = f"{name}: every {format_duration(settings.sweep_every)}"
    if not schedule.info.recent_actions:
        return fine(PART, f"{every}, not yet")
    last = schedule.info.recent_actions[-1]
    message = f"{every}, last at {last.started_at:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(last.action, ScheduleActionExecutionStartWorkflow):
        status = await _status(client, last.action.workflow_id)
        if status in _FAILED:
            remedy = f"Look at {last.action.workflow_id} in Temporal's Web UI: it says why."
            return warning(PART, f"{message}, which has failed", remedy)
    return fine(PART, message)


async def _status(client: Client, workflow_id: str) -> WorkflowExecutionStatus | None:
    """Return how a sweep stands; None when the server remembers it no more."""
    try:
        return (await client.get_workflow_handle(workflow_id).describe()).status
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
