"""What incidents say to breakers and leases, through the Temporal client.

A workflow cannot start another one and signal it in one go, so its local activities do. All four
are safe to repeat: both sides know a request by its id.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.client import Client

from activities.left_behind import left_behind
from activities.signals import signal_if_running
from lakemend.breaker.metrics import CALLS, CALLS_HELP, kinds_of, labels_of
from lakemend.breaker.view import BreakerInput
from lakemend.lease import (
    LEASE_WORKFLOW,
    RELEASE_LEASE,
    LeaseCall,
    LeaseInput,
    LeaseReturn,
    lease_workflow_id,
)
from lakemend.model import Model
from lakemend.onward import counts_as_closed, granted_by_absence
from lakemend.permit import (
    BREAKER_WORKFLOW,
    REPORT,
    REQUEST_PERMIT,
    BreakerCall,
    BreakerCancel,
    BreakerReport,
    PermitAnswer,
    PermitOutcome,
    PermitRequest,
    breaker_workflow_id,
)

LastRecovery = Callable[[str, str], datetime | None]
"""When a run of the job in the workspace was last recovered, as the records know."""


class EntityActivities:
    """Talks to the entities of one namespace; they run on `task_queue`."""

    def __init__(self, client: Client, task_queue: str, last_recovery: LastRecovery) -> None:
        self._client = client
        self._task_queue = task_queue
        self._last_recovery = last_recovery

    @activity.defn
    async def ask_permit(self, call: BreakerCall) -> PermitAnswer | None:
        """Ask for a permit; None when the breaker will answer by signal.

        A breaker that counts failures in a row and does not run has none to remember: it is closed,
        and starting one to be told so would double what a healthy recovery costs. The last recovery
        of its job, which others have to wait for, stands in the records.
        """
        request = await self._with_last_recovery(call)
        settings = request.settings
        if not counts_as_closed(settings) or _is_resting(request):
            return await self._signal_breaker(call.name, REQUEST_PERMIT, request)
        breaker_id = breaker_workflow_id(call.name)
        if await self._signal_if_running(breaker_id, REQUEST_PERMIT, request):
            return None
        return granted_by_absence(call.name, request.request_id)

    @activity.defn
    async def request_permit(self, call: BreakerCall) -> None:
        """Ask for a permit; the answer comes as signal `permit_answered` to the holder."""
        await self._signal_breaker(call.name, REQUEST_PERMIT, call.request)

    @activity.defn
    async def report_permit(self, call: BreakerReport) -> None:
        """Report the outcome; only what a missing breaker should have known starts one."""
        if _may_be_forgotten(call):
            breaker_id = breaker_workflow_id(call.name)
            if not await self._signal_if_running(breaker_id, REPORT, call.report):
                _count(call)
        else:
            await self._signal_breaker(call.name, REPORT, call.report)

    @activity.defn
    async def cancel_permit(self, call: BreakerCancel) -> None:
        """Leave the queue, or give a permit back without an outcome."""
        await self._signal_if_running(breaker_workflow_id(call.name), "cancel_request", call.cancel)

    @activity.defn
    async def request_lease(self, call: LeaseCall) -> None:
        """Ask for a lease; it comes as signal `lease_granted` to the holder."""
        workflow_id = lease_workflow_id(call.workspace, call.resource)
        if await self._signal_if_running(workflow_id, "request_lease", call.request):
            return
        start = LeaseInput(
            workspace=call.workspace,
            resource=call.resource,
            lease=await left_behind(self._client, workflow_id),
        )
        await self._start_lease(start, "request_lease", call.request)

    @activity.defn
    async def release_lease(self, call: LeaseReturn) -> None:
        """Give a lease back, or leave the queue, also of a lease that was terminated."""
        workflow_id = lease_workflow_id(call.workspace, call.resource)
        if await self._signal_if_running(workflow_id, RELEASE_LEASE, call.release):
            return
        if lease := await left_behind(self._client, workflow_id):
            start = LeaseInput(workspace=call.workspace, resource=call.resource, lease=lease)
            await self._start_lease(start, RELEASE_LEASE, call.release)

    async def _start_lease(self, start: LeaseInput, signal: str, content: Model) -> None:
        await self._client.start_workflow(
            LEASE_WORKFLOW,
            start,
            id=lease_workflow_id(start.workspace, start.resource),
            task_queue=self._task_queue,
            start_signal=signal,
            start_signal_args=[content],
            static_summary=f"Lease of {start.resource} in {start.workspace}",
        )

    async def _with_last_recovery(self, call: BreakerCall) -> PermitRequest:
        if not call.job_id:
            return call.request
        at = await asyncio.to_thread(self._last_recovery, call.workspace, call.job_id)
        return call.request.model_copy(update={"recovered_at": at})

    async def _signal_breaker(self, name: str, signal: str, content: Model) -> None:
        await self._client.start_workflow(
            BREAKER_WORKFLOW,
            BreakerInput(name=name),
            id=breaker_workflow_id(name),
            task_queue=self._task_queue,
            start_signal=signal,
            start_signal_args=[content],
            static_summary=f"Circuit breaker {name}",
        )

    async def _signal_if_running(self, workflow_id: str, signal: str, content: Any) -> bool:
        return await signal_if_running(self._client, workflow_id, signal, content)


def _is_resting(request: PermitRequest) -> bool:
    at = request.recovered_at
    return at is not None and at + request.settings.cool_down > datetime.now(UTC)


def _may_be_forgotten(call: BreakerReport) -> bool:
    """Whether a missing breaker counts as closed all the same.

    A success is found again in the tickets of its job; for anything else a breaker has to remember
    how long others wait after it, and where rates count, the success itself.
    """
    settings = call.report.settings
    if call.report.outcome is not PermitOutcome.SUCCESS or settings is None:
        return call.report.outcome in {PermitOutcome.SUCCESS, PermitOutcome.IGNORED}
    is_remembered = bool(call.job_id) or not settings.cool_down
    return is_remembered and counts_as_closed(settings)


def _count(call: BreakerReport) -> None:
    """Count what no breaker runs to count; outside of an activity there is no meter."""
    if not activity.in_activity():
        return
    calls = activity.metric_meter().create_counter(CALLS, CALLS_HELP)
    for kind in kinds_of(call.report):
        calls.add(1, {**labels_of(call.name)._asdict(), "kind": kind})
