"""Breakers as their workflows tell of them, and the orders of a person."""

from collections.abc import Sequence

from pydantic import ValidationError

from api.breaker_schemas import Breaker, BreakerHistory, BreakerList, BreakerQueue
from api.breakers import Breakers
from cli.connection import temporal_connection
from cli.problems import BadInputError
from lakemend.permit import ManualChange, Reconfigure, check_breaker_name
from lakemend.settings import Settings


async def list_breakers(settings: Settings) -> BreakerList:
    """Return every breaker that remembers something."""
    return await _breakers(settings).list_()


async def get_breaker(settings: Settings, name: str) -> Breaker:
    """Return one breaker; raises UnknownBreakerError unless it is running."""
    return await _breakers(settings).get(_checked(name))


async def get_history(settings: Settings, name: str) -> BreakerHistory:
    """Return what happened to a breaker; raises UnknownBreakerError if it never ran."""
    return await _breakers(settings).history(_checked(name))


async def get_queue(settings: Settings, name: str) -> BreakerQueue:
    """Return who waits for a breaker; raises UnknownBreakerError if it never ran."""
    return await _breakers(settings).queue(_checked(name))


async def reset_breaker(settings: Settings, name: str, by: str, reason: str) -> Breaker:
    """Close a breaker; raises UnknownBreakerError unless it is running."""
    change = manual_change(by, reason)
    return await _breakers(settings).reset(_checked(name), change)


async def hold_breaker(
    settings: Settings, name: str, signal: str, *, by: str, reason: str, lasts: str
) -> Breaker:
    """Force a breaker open, or let all pass; also one that has nothing to remember yet."""
    change = manual_change(by, reason, lasts)
    return await _breakers(settings).order(_checked(name), signal, change)


async def configure_breaker(
    settings: Settings, name: str, changes: Sequence[str], by: str, reason: str
) -> Breaker:
    """Change settings of one breaker; raises BadInputError for one that is not allowed."""
    wanted = dict(_change_of(text) for text in changes)
    try:
        order = Reconfigure(by=by, reason=reason, settings=wanted)
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        remedy = "docs/circuit-breakers.md lists the settings with their defaults."
        raise BadInputError("SETTING", " ".join(changes), problem, remedy) from error
    return await _breakers(settings).order(_checked(name), "configure", order)


def _change_of(text: str) -> tuple[str, str | None]:
    name, given, value = text.partition("=")
    if not given:
        remedy = "Write it like failure_threshold=3, or failure_threshold= to take it back."
        raise BadInputError("SETTING", text, "there is no =VALUE", remedy)
    return name, value or None


def manual_change(by: str, reason: str, lasts: str = "") -> ManualChange:
    """Return an order; raises BadInputError unless it says by whom, and for how long if at all."""
    try:
        return ManualChange.model_validate(
            {"by": by, "reason": reason, "expires_after": lasts or None}
        )
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("by",):
            remedy = "Say who gives the order; the audit trail keeps it."
            raise BadInputError("--by", by, "a name is needed", remedy) from error
        remedy = "Write it like 30s, 5m, 4h or 1d, longer than zero."
        raise BadInputError("--for", lasts, "this is not a duration", remedy) from error


def _checked(name: str) -> str:
    try:
        return check_breaker_name(name)
    except ValueError as error:
        remedy = "`lakemend breaker list` shows those that run."
        raise BadInputError("NAME", name, str(error), remedy) from error


def _breakers(settings: Settings) -> Breakers:
    return Breakers(temporal_connection(settings))
