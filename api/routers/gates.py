"""Gates: what holds recoveries back in a workspace, and the pause."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from api.deps import GatesDoor, Operator
from api.gate_schemas import Gate, GateList, GateQueue, PauseBody, ResumeBody
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE

router = APIRouter(prefix="/gates", tags=["gates"], responses={**UNAUTHORIZED, **UNAVAILABLE})

Workspace = Annotated[str, Path(examples=["default"], max_length=100)]
PauseOrder = Annotated[
    PauseBody | None, Body(examples=[{"reason": "the zone is down", "expires_after": "2h"}])
]
ResumeOrder = Annotated[ResumeBody | None, Body(examples=[{"reason": "the zone is back"}])]


@router.get("")
async def list_gates(gates: GatesDoor) -> GateList:
    """List the gates: pauses, storms, and how many recoveries are under way."""
    return await gates.list_()


@router.post("/pause", responses={**UNPROCESSABLE})
async def pause_everything(
    operator: Operator, gates: GatesDoor, order: PauseOrder = None
) -> GateList:
    """Park every recovery of every workspace; those under way finish their current step."""
    said = order or PauseBody()
    return await gates.pause_all(operator, said.reason, said.expires_after)


@router.post("/resume", responses={**UNPROCESSABLE})
async def resume_everything(
    operator: Operator, gates: GatesDoor, order: ResumeOrder = None
) -> GateList:
    """Let every workspace go on."""
    return await gates.resume_all(operator, (order or ResumeBody()).reason)


@router.get("/{workspace}", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_gate(workspace: Workspace, gates: GatesDoor) -> Gate:
    """Read one gate."""
    return await gates.get(workspace)


@router.get("/{workspace}/waiting", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_gate_queue(workspace: Workspace, gates: GatesDoor) -> GateQueue:
    """List who waits at a gate, first in the queue first."""
    return await gates.queue(workspace)


@router.post("/{workspace}/pause", responses={**NOT_FOUND, **UNPROCESSABLE})
async def pause_gate(
    workspace: Workspace, operator: Operator, gates: GatesDoor, order: PauseOrder = None
) -> Gate:
    """Park every recovery of a workspace; those under way finish their current step."""
    said = order or PauseBody()
    return await gates.pause(workspace, operator, said.reason, said.expires_after)


@router.post("/{workspace}/resume", responses={**NOT_FOUND, **UNPROCESSABLE})
async def resume_gate(
    workspace: Workspace, operator: Operator, gates: GatesDoor, order: ResumeOrder = None
) -> Gate:
    """Let a workspace go on."""
    return await gates.resume(workspace, operator, (order or ResumeBody()).reason)
