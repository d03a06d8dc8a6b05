"""Circuit breakers: how they stand, what happened, who waits, and orders from people."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from api.breaker_schemas import (
    Breaker,
    BreakerConfiguration,
    BreakerHistory,
    BreakerHold,
    BreakerList,
    BreakerOrder,
    BreakerQueue,
)
from api.deps import BreakersDoor, Operator
from api.openapi import NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE
from lakemend.permit import ManualChange, Reconfigure

router = APIRouter(
    prefix="/circuit-breakers",
    tags=["circuit breakers"],
    responses={**UNAUTHORIZED, **UNAVAILABLE},
)

_REASON = {"reason": "the zone has capacity again"}
_HOLD = {"reason": "maintenance", "expires_after": "2h"}
_SETTINGS = {"reason": "a flaky job", "settings": {"failure_threshold": 3, "cool_down": None}}

Name = Annotated[str, Path(examples=["DatabricksJobExecutionError:job-123"], max_length=500)]
Order = Annotated[BreakerOrder | None, Body(examples=[_REASON])]
Hold = Annotated[BreakerHold | None, Body(examples=[_HOLD])]
Configuration = Annotated[BreakerConfiguration, Body(examples=[_SETTINGS])]


@router.get("")
async def list_circuit_breakers(breakers: BreakersDoor) -> BreakerList:
    """List the breakers that have something to remember."""
    return await breakers.list_()


@router.get("/{name}", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_circuit_breaker(name: Name, breakers: BreakersDoor) -> Breaker:
    """Read one breaker."""
    return await breakers.get(name)


@router.get("/{name}/history", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_circuit_breaker_history(name: Name, breakers: BreakersDoor) -> BreakerHistory:
    """Read the last hundred events of a breaker, oldest first."""
    return await breakers.history(name)


@router.get("/{name}/waiting", responses={**NOT_FOUND, **UNPROCESSABLE})
async def get_circuit_breaker_queue(name: Name, breakers: BreakersDoor) -> BreakerQueue:
    """List who waits for a breaker, first in the queue first."""
    return await breakers.queue(name)


@router.post("/{name}/reset", responses={**NOT_FOUND, **UNPROCESSABLE})
async def reset_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, order: Order = None
) -> Breaker:
    """Close a breaker by hand."""
    return await breakers.reset(name, ManualChange(by=operator, reason=_reason(order)))


@router.post("/{name}/open", responses={**UNPROCESSABLE})
async def open_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, hold: Hold = None
) -> Breaker:
    """Hold a breaker open until it is reset, or for a time."""
    return await breakers.order(name, "force_open", _change(operator, hold))


@router.post("/{name}/force-open", responses={**UNPROCESSABLE})
async def force_open_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, hold: Hold = None
) -> Breaker:
    """Do the same as `open`, under the name of the signal."""
    return await breakers.order(name, "force_open", _change(operator, hold))


@router.post("/{name}/disable", responses={**UNPROCESSABLE})
async def disable_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, hold: Hold = None
) -> Breaker:
    """Let everybody pass and count nothing, until it is reset, or for a time."""
    return await breakers.order(name, "disable", _change(operator, hold))


@router.post("/{name}/metrics-only", responses={**UNPROCESSABLE})
async def watch_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, hold: Hold = None
) -> Breaker:
    """Let everybody pass but count, until it is reset, or for a time."""
    return await breakers.order(name, "metrics_only", _change(operator, hold))


@router.post("/{name}/configure", responses={**UNPROCESSABLE})
async def configure_circuit_breaker(
    name: Name, operator: Operator, breakers: BreakersDoor, order: Configuration
) -> Breaker:
    """Change settings of one breaker; what it has counted stays."""
    change = Reconfigure(by=operator, reason=order.reason, settings=order.settings)
    return await breakers.order(name, "configure", change)


def _reason(order: BreakerOrder | None) -> str:
    return order.reason if order else ""


def _change(operator: str, hold: BreakerHold | None) -> ManualChange:
    lasts = hold.expires_after if hold else None
    return ManualChange(by=operator, reason=_reason(hold), expires_after=lasts)
