"""An incident started by hand, and followed until it has ended."""

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from cli.problems import CommandError
from lakemend.incident import (
    REPORT_FAILURE,
    RESOURCE_FAILED,
    RUN_FAILED,
    TASK_QUEUE,
    WORKFLOW,
    FailureReport,
    IncidentInput,
    IncidentView,
    Source,
)

POLL_SECONDS = 0.5
QUERY_TIMEOUT = timedelta(seconds=5)
# a worker that restarts is back sooner
SILENCE_SECONDS = 60

IncidentHandle = WorkflowHandle[Any, Any]


async def start_by_hand(client: Client, incident: IncidentInput) -> IncidentHandle:
    """Start an incident, or wake the one that is open; a dry run only starts."""
    workflow_id = incident.incident_id
    if incident.dry_run:
        await _refuse_open(client.get_workflow_handle(workflow_id))
    what = incident.resource or f"run {incident.run_id}"
    return await client.start_workflow(
        WORKFLOW,
        incident,
        id=workflow_id,
        task_queue=TASK_QUEUE,
        start_signal=REPORT_FAILURE,
        start_signal_args=[_report(incident)],
        static_summary=f"{what}, by hand ({incident.requested_by})",
    )


async def follow(handle: IncidentHandle) -> AsyncGenerator[IncidentView]:
    """Yield the incident whenever it changed, last of all with its outcome.

    Raises CommandError when no worker answers for SILENCE_SECONDS.
    """
    seen: IncidentView | None = None
    heard = time.monotonic()
    while seen is None or seen.outcome is None:
        view = await _ask(handle)
        if view is not None:
            heard = time.monotonic()
        elif time.monotonic() - heard > SILENCE_SECONDS:
            remedy = "Start one with `lakemend worker`; the incident waits for it."
            raise CommandError(f"no worker answers for {handle.id}", remedy)
        if view is not None and view != seen:
            seen = view
            yield view
        await asyncio.sleep(POLL_SECONDS)


async def _ask(handle: IncidentHandle) -> IncidentView | None:
    try:
        return await handle.query("view", result_type=IncidentView, rpc_timeout=QUERY_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise
        # no worker polls, or none in time: it may come back
        return None


async def _refuse_open(handle: IncidentHandle) -> None:
    """Raise CommandError if the incident is open: it would be woken instead of rehearsed."""
    try:
        found = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return
        raise
    if found.status is WorkflowExecutionStatus.RUNNING:
        remedy = f"See `lakemend incident show {handle.id}`."
        raise CommandError(f"{handle.id} is open already and being recovered", remedy)


def _report(incident: IncidentInput) -> FailureReport:
    return FailureReport(
        source=Source.MANUAL,
        workspace=incident.workspace,
        run_id=incident.run_id,
        resource=incident.resource,
        event_type=RESOURCE_FAILED if incident.resource else RUN_FAILED,
        received_at=datetime.now(UTC),
    )
