"""Leave to act, level by level: the breakers of job and cluster, then the gate of the workspace.

One local activity asks, and one gives back, whatever the number of levels. A request travels: who
grants it asks the next level, so that the incident pays for one answer. Both are safe to repeat:
every level knows a request by its id.
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
from lakemend.onward import levels_after
from lakemend.permit import REPORT, REQUEST_PERMIT, BreakerReport, Decision, PermitAnswer


class GateActivities:
    """Asks breakers through `entities`, and gates of the same namespace."""

    def __init__(self, client: Client, task_queue: str, entities: EntityActivities) -> None:
        self._client = client
        self._task_queue = task_queue
        self._entities = entities

    @activity.defn
    async def ask_leave(self, call: PermitCall) -> tuple[PermitAnswer, ...]:
        """Ask the lowest level that runs, and return the answers that are known at once.

        Those are of the levels below, which have nothing to remember, and of a gate that was
        started for it; whoever runs answers by signal.
        """
        at_once: list[PermitAnswer] = []
        for asked, breaker in enumerate(call.breakers, start=1):
            then = () if call.one_by_one else levels_after(call, asked)
            request = breaker.request.model_copy(update={"then": then})
            known = await self._entities.ask_permit(breaker.model_copy(update={"request": request}))
            if known is None:
                return tuple(at_once)
            at_once.append(known)
        of_gate = await self._ask_gate(call.workspace, call.gate)
        return (*at_once, of_gate) if of_gate else tuple(at_once)

    @activity.defn
    async def return_leave(self, call: PermitReturn) -> None:
        """Tell every level how it went; a gate that does not run has forgotten nothing."""
        for breaker in call.breakers:
            if isinstance(breaker, BreakerReport):
                await self._entities.report_permit(breaker)
            else:
                await self._entities.cancel_permit(breaker)
        if call.gate:
            gate_id = gate_workflow_id(call.workspace)
            await signal_if_running(self._client, gate_id, REPORT, call.gate)

    async def _ask_gate(self, workspace: str, request: GateRequest) -> PermitAnswer | None:
        """Ask; whoever starts the gate is its first, and needs no answer to know that it may."""
        gate_id = gate_workflow_id(workspace)
        if await signal_if_running(self._client, gate_id, REQUEST_PERMIT, request):
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
            start_signal=REQUEST_PERMIT,
            start_signal_args=[request],
        )
