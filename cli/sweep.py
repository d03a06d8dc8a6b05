"""One sweep by hand, followed to its end."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from cli.connection import connect
from cli.durations import typed_duration
from cli.output import Format, console, error_console, say, say_json, table
from cli.problems import CommandError
from cli.readiness import count_workers
from cli.visible import visible
from lakemend.incident import TASK_QUEUE, incident_id
from lakemend.settings import Settings
from lakemend.sweep import LONGEST_OUTAGE, SWEEP, SweepRequest, SweepResult, sweep_id

# Of 1,000 runs each: the whole day of a large workspace.
ROUNDS = 20
_LOOK_SECONDS = 5

Handle = WorkflowHandle[object, SweepResult]


def request_of(
    settings: Settings, workspace: str, since: str | None, *, dry_run: bool
) -> SweepRequest:
    """Return the request of a person; raises BadInputError for a length of time that is none."""
    back = settings.sweep_look_back if since is None else _duration(since)
    return SweepRequest(workspace=workspace, since=back, rounds=ROUNDS, dry_run=dry_run)


def _duration(since: str) -> timedelta:
    problem = "a sweep looks back by a length of time"
    remedy = "Give a number with m, h or d, like 2h, and no more than 7d."
    return typed_duration("--since", since, problem, remedy, LONGEST_OUTAGE)


async def sweep_now(settings: Settings, request: SweepRequest) -> SweepResult:
    """Start a sweep, and return what it found; leaving by Ctrl-C does not stop it."""
    client = await connect(settings)
    if not await count_workers(client):
        remedy = "Start one: `lakemend worker`, or everything at once with `lakemend up`."
        raise CommandError(f"no worker takes from task queue {TASK_QUEUE}", remedy)
    try:
        handle: Handle = await client.start_workflow(
            SWEEP,
            request,
            id=f"{sweep_id(request.workspace)}:by-hand",
            task_queue=TASK_QUEUE,
            result_type=SweepResult,
            static_summary=f"Look for failed runs in {request.workspace}, by hand",
        )
    except WorkflowAlreadyStartedError as error:
        remedy = "Wait for its end, and try again."
        raise CommandError(f"{request.workspace} is being swept by hand already", remedy) from error
    watching = asyncio.create_task(_tell_trouble(handle))
    try:
        return await handle.result()
    except WorkflowFailureError as error:
        remedy = "`lakemend doctor` looks at every part."
        raise CommandError(f"the sweep has failed: {_reason(error)}", remedy) from error
    finally:
        watching.cancel()


async def _tell_trouble(handle: Handle) -> None:
    """Print why a call does not pass, whenever that changes; it is tried again and again."""
    told = ""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        with suppress(RPCError):
            told = await _tell(handle, told)


async def _tell(handle: Handle, told: str) -> str:
    pending = (await handle.describe()).raw_description.pending_activities
    trouble = next((each.last_failure.message for each in pending), "")
    if trouble and trouble != told:
        error_console().print(visible(f"waiting: {trouble}"), soft_wrap=True)
    return trouble


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error)


def show_sweep(result: SweepResult, output: Format, *, dry_run: bool) -> None:
    """Print what was found, and which incidents that made."""
    if output is Format.JSON:
        say_json(result.model_dump(mode="json", exclude={"mark"}))
        return
    say(result.in_words)
    if not result.found:
        return
    started = set(result.started)
    rows = [
        [
            run.run_id,
            visible(run.job_name or run.job_id),
            f"{run.ended_at:%Y-%m-%d %H:%M}" if run.ended_at else "",
            _incident(incident_id(result.workspace, run.run_id), started, dry_run=dry_run),
        ]
        for run in result.found
    ]
    console().print(table(["Run", "Job", "Failed (UTC)", "Incident"], rows))


def _incident(workflow_id: str, started: set[str], *, dry_run: bool) -> str:
    if dry_run:
        return "would be started"
    return "started" if workflow_id in started else "there already"
