"""The gates as their workflows tell of them, and the pause: of one workspace, or of all."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError

from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.gate_schemas import Gate, GateList, GateQueue
from api.problems import AwayError
from api.workspaces import require_known
from lakemend.gate.talk import GATE_PREFIX, GATE_WORKFLOW, gate_workflow_id
from lakemend.gate.view import GateInput, ParkedRequest
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import ManualChange

_RUNNING = f"WorkflowType = '{GATE_WORKFLOW}' AND ExecutionStatus = 'Running'"
_NO_ANSWER = "no worker answered in time; an order is carried out when one is back"


class Gates:
    """Lists, reads and pauses gates; every call raises AwayError without Temporal.

    A gate that does not run lets everybody pass, so every known workspace has one to show.
    """

    def __init__(self, temporal: TemporalConnection, workspaces: Collection[str]) -> None:
        self._temporal = temporal
        self._workspaces = workspaces

    async def list_(self) -> GateList:
        """Return the gate of every workspace that is set up or has one running."""
        client = await self._temporal.client()
        names = sorted({*self._workspaces, *await _running(client)})
        gates = list(await asyncio.gather(*(_read(client, name) for name in names)))
        return GateList(paused=sum(gate.pause is not None for gate in gates), gates=gates)

    async def get(self, workspace: str) -> Gate:
        """Return one gate; raises UnknownWorkspaceError."""
        client = await self._temporal.client()
        return await _read(client, await self._known(client, workspace))

    async def queue(self, workspace: str) -> GateQueue:
        """Return who waits; nobody where no gate runs. Raises UnknownWorkspaceError."""
        client = await self._temporal.client()
        handle = _handle(client, await self._known(client, workspace))
        waiting = await _waiting(handle)
        return GateQueue(workspace=workspace, waiting=waiting)

    async def pause(
        self, workspace: str, by: str, reason: str, expires_after: timedelta | None = None
    ) -> Gate:
        """Park everything in a workspace, also where no gate runs yet."""
        client = await self._temporal.client()
        await self._known(client, workspace)
        order = ManualChange(by=by, reason=reason, expires_after=expires_after)
        async with reaching_temporal():
            await client.start_workflow(
                GATE_WORKFLOW,
                GateInput(workspace=workspace),
                id=gate_workflow_id(workspace),
                task_queue=ENTITY_QUEUE,
                start_signal="pause",
                start_signal_args=[order],
                static_summary=f"Gate of workspace {workspace}",
                rpc_timeout=CALL_TIMEOUT,
            )
        return await _read(client, workspace)

    async def resume(self, workspace: str, by: str, reason: str) -> Gate:
        """Let everything in a workspace go on; nothing happens where no gate runs."""
        client = await self._temporal.client()
        await self._known(client, workspace)
        order = ManualChange(by=by, reason=reason)
        try:
            async with reaching_temporal():
                await _handle(client, workspace).signal("resume", order, rpc_timeout=CALL_TIMEOUT)
        except RPCError:
            # not running: nothing is paused
            return Gate(workspace=workspace)
        return await _read(client, workspace)

    async def pause_all(
        self, by: str, reason: str, expires_after: timedelta | None = None
    ) -> GateList:
        """Park everything everywhere."""
        names = await self._all()
        gates = [await self.pause(name, by, reason, expires_after) for name in names]
        return GateList(paused=len(gates), gates=gates)

    async def resume_all(self, by: str, reason: str) -> GateList:
        """Let everything everywhere go on."""
        return GateList(
            paused=0, gates=[await self.resume(name, by, reason) for name in await self._all()]
        )

    async def _all(self) -> list[str]:
        return sorted({*self._workspaces, *await _running(await self._temporal.client())})

    async def _known(self, client: Client, workspace: str) -> str:
        if workspace in self._workspaces:
            return workspace
        return require_known(workspace, {*self._workspaces, *await _running(client)})


async def _running(client: Client) -> list[str]:
    async with reaching_temporal():
        found = [each.id async for each in client.list_workflows(_RUNNING)]
    return [workflow_id.removeprefix(GATE_PREFIX) for workflow_id in found]


async def _read(client: Client, workspace: str) -> Gate:
    """Ask the gate; one that does not run lets everybody pass."""
    handle = _handle(client, workspace)
    try:
        async with reaching_temporal():
            described = await handle.describe(rpc_timeout=CALL_TIMEOUT)
    except RPCError:
        return Gate(workspace=workspace)
    if described.close_time is not None:
        return Gate(workspace=workspace)
    try:
        status = await handle.query("status", rpc_timeout=CALL_TIMEOUT)
    except (RPCError, WorkflowQueryFailedError):
        return Gate(workspace=workspace, state="unknown", note=_NO_ANSWER)
    return Gate.model_validate(status)


async def _waiting(handle: WorkflowHandle[Any, Any]) -> list[ParkedRequest]:
    try:
        async with reaching_temporal():
            return await handle.query(
                "waiting", result_type=list[ParkedRequest], rpc_timeout=CALL_TIMEOUT
            )
    except RPCError:
        return []
    except WorkflowQueryFailedError as error:
        raise AwayError("no worker that knows gates answered") from error


def _handle(client: Client, workspace: str) -> WorkflowHandle[Any, Any]:
    return client.get_workflow_handle(gate_workflow_id(workspace))
