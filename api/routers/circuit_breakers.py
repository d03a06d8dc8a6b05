"""Circuit breakers: how they stand, and orders from people."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from api.deps import BreakersDoor, Operator
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE
from api.schemas import Breaker, BreakerList, BreakerOrder

router = APIRouter(
    prefix="/circuit-breakers",
    tags=["circuit breakers"],
    responses={**UNAUTHORIZED, **UNAVAILABLE},
)

Name = Annotated[str, Path(examples=["DatabricksJobExecutionError:job-123"], max_length=500)]
Order = Annotated[BreakerOrder | None, Body(examples=[{"reason": "the zone has capacity again"}])]


@router.get("")
async def list_circuit_breakers(breakers: BreakersDoor) -> BreakerList:
    """List the breakers that have something to remember."""
    return await breakers.list_()


@router.get("/{name}", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_circuit_breaker(name: Name, breakers: BreakersDoor) -> Breaker:
    """Read one breaker."""
    return await breakers.get(name)


@router.post("/{name}/reset", responses={**NOT_FOUND, **UNPROCESSABLE})
async def reset_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, order: Order = None
) -> Breaker:
    """Close a breaker by hand."""
    return await breakers.order(name, "reset", operator, (order or BreakerOrder()).reason)


@router.post("/{name}/open", responses={**NOT_FOUND, **UNPROCESSABLE})
async def open_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, order: Order = None
) -> Breaker:
    """Hold a breaker open until it is reset."""
    return await breakers.order(name, "force_open", operator, (order or BreakerOrder()).reason)
