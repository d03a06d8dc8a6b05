"""Leave to act, level by level: the breaker of the job or cluster, then the gate of the workspace.

One local activity asks, and one gives back, whatever the number of levels: a healthy recovery pays
for one signal. Both are safe to repeat: every level knows a request by its id.
"""

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.breakers import EntityActivities
from activities.signals import signal_if_running
from lakemend.gate.state import GateState
from lakemend.gate.talk import (
    GATE_WORKFLOW,
    GateRequest,
    PermitCall,
    PermitReturn,
    gate_workflow_id,
)
from lakemend.gate.view import GateInput
from lakemend.permit import BreakerReport, Decision, PermitAnswer


class GateActivities:
    """Asks breakers through `entities`, and gates of the same namespace."""

    def __init__(self, client: Client, task_queue: str, entities: EntityActivities) -> None:
        self._client = client
        self._task_queue = task_queue
        self._entities = entities

    @activity.defn
    async def ask_leave(self, call: PermitCall) -> PermitAnswer | None:
        """Ask the lowest level that has something to say; None when it will answer by signal."""
        if call.breaker and await self._entities.ask_permit(call.breaker) is None:
            return None
        return await self._ask_gate(call.workspace, call.gate)

    @activity.defn
    async def return_leave(self, call: PermitReturn) -> None:
        """Tell every level how it went; a gate that does not run has forgotten nothing."""
        if isinstance(call.breaker, BreakerReport):
            await self._entities.report_permit(call.breaker)
        elif call.breaker:
            await self._entities.cancel_permit(call.breaker)
        await signal_if_running(self._client, gate_workflow_id(call.workspace), "report", call.gate)

    async def _ask_gate(self, workspace: str, request: GateRequest) -> PermitAnswer | None:
        """Ask; whoever starts the gate is its first, and needs no answer to know that it may."""
        gate_id = gate_workflow_id(workspace)
        if await signal_if_running(self._client, gate_id, "request_permit", request):
            return None
        try:
            await self._client.start_workflow(
                GATE_WORKFLOW,
                GateInput(workspace=workspace, first=request),
                id=gate_id,
                task_queue=self._task_queue,
                static_summary=f"Gate of workspace {workspace}",
            )
        except WorkflowAlreadyStartedError:
            # somebody else was faster, or our own first try was
            await self._signal_gate(workspace, request)
            return None
        return PermitAnswer(
            request_id=request.request_id,
            decision=Decision.GRANTED,
            breaker=gate_id,
            state=GateState.PASSING,
        )

    async def _signal_gate(self, workspace: str, request: GateRequest) -> None:
        await self._client.start_workflow(
            GATE_WORKFLOW,
            GateInput(workspace=workspace),
            id=gate_workflow_id(workspace),
            task_queue=self._task_queue,
            start_signal="request_permit",
            start_signal_args=[request],
        )
