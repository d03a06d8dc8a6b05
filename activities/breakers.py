"""What incidents say to breakers and leases, through the Temporal client.

A workflow cannot start another one and signal it in one go, so its local activities do. All four
are safe to repeat: both sides know a request by its id.
"""

from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from lakemend.breaker_settings import Window
from lakemend.breaker_state import Circuit
from lakemend.breaker_view import BreakerInput
from lakemend.lease import LEASE_WORKFLOW, LeaseCall, LeaseInput, LeaseReturn, lease_workflow_id
from lakemend.model import Model
from lakemend.permit import (
    BREAKER_WORKFLOW,
    BreakerCall,
    BreakerCancel,
    BreakerReport,
    Decision,
    PermitAnswer,
    PermitOutcome,
    breaker_workflow_id,
)

_MISSING_COUNTS_AS_CLOSED = frozenset({PermitOutcome.SUCCESS, PermitOutcome.IGNORED})


class EntityActivities:
    """Talks to the entities of one namespace; they run on `task_queue`."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def ask_permit(self, call: BreakerCall) -> PermitAnswer | None:
        """Ask for a permit; None when the breaker will answer by signal.

        A breaker that counts failures in a row and does not run has none to remember: it is closed,
        and starting one to be told so would double what a healthy recovery costs.
        """
        request = call.request
        if request.settings.window is not Window.CONSECUTIVE:
            return await self.request_permit(call)
        breaker_id = breaker_workflow_id(call.name)
        if await self._signal_if_running(breaker_id, "request_permit", request):
            return None
        return PermitAnswer(
            request_id=request.request_id,
            decision=Decision.GRANTED,
            breaker=call.name,
            state=Circuit.CLOSED,
        )

    @activity.defn
    async def request_permit(self, call: BreakerCall) -> None:
        """Ask for a permit; the answer comes as signal `permit_answered` to the holder."""
        await self._signal_breaker(call.name, "request_permit", call.request)

    @activity.defn
    async def report_permit(self, call: BreakerReport) -> None:
        """Report the outcome; only what a missing breaker should have known starts one."""
        if call.report.outcome in _MISSING_COUNTS_AS_CLOSED:
            await self._signal_if_running(breaker_workflow_id(call.name), "report", call.report)
        else:
            await self._signal_breaker(call.name, "report", call.report)

    @activity.defn
    async def cancel_permit(self, call: BreakerCancel) -> None:
        """Leave the queue, or give a permit back without an outcome."""
        await self._signal_if_running(breaker_workflow_id(call.name), "cancel_request", call.cancel)

    @activity.defn
    async def request_lease(self, call: LeaseCall) -> None:
        """Ask for a lease; it comes as signal `lease_granted` to the holder."""
        await self._client.start_workflow(
            LEASE_WORKFLOW,
            LeaseInput(workspace=call.workspace, resource=call.resource),
            id=lease_workflow_id(call.workspace, call.resource),
            task_queue=self._task_queue,
            start_signal="request_lease",
            start_signal_args=[call.request],
            static_summary=f"Lease of {call.resource} in {call.workspace}",
        )

    @activity.defn
    async def release_lease(self, call: LeaseReturn) -> None:
        """Give a lease back, or leave the queue."""
        workflow_id = lease_workflow_id(call.workspace, call.resource)
        await self._signal_if_running(workflow_id, "release", call.release)

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
        try:
            await self._client.get_workflow_handle(workflow_id).signal(signal, content)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True
