"""Breakers as their workflows tell of them, and the orders of a person."""

from typing import Any

from api.breakers import Breakers
from api.schemas import Breaker, BreakerList
from cli.connection import connect, temporal_connection
from cli.output import Format, console, say, say_json, table, word
from lakemend.breaker_view import BreakerInput
from lakemend.incident import TASK_QUEUE
from lakemend.permit import BREAKER_WORKFLOW, ManualChange, breaker_workflow_id
from lakemend.settings import Settings


async def list_breakers(settings: Settings) -> BreakerList:
    """Return every breaker that remembers something."""
    return await _breakers(settings).list_()


async def get_breaker(settings: Settings, name: str) -> Breaker:
    """Return one breaker; raises UnknownBreakerError unless it is running."""
    return await _breakers(settings).get(name)


async def reset_breaker(settings: Settings, name: str, by: str, reason: str) -> Breaker:
    """Close a breaker; raises UnknownBreakerError unless it is running."""
    return await _breakers(settings).order(name, "reset", by, reason)


async def open_breaker(settings: Settings, name: str, by: str, reason: str) -> Breaker:
    """Hold a breaker open, also one that has nothing to remember yet."""
    client = await connect(settings)
    await client.start_workflow(
        BREAKER_WORKFLOW,
        BreakerInput(name=name),
        id=breaker_workflow_id(name),
        task_queue=TASK_QUEUE,
        start_signal="force_open",
        start_signal_args=[ManualChange(by=by, reason=reason)],
    )
    return await get_breaker(settings, name)


def show_breakers(found: BreakerList, output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
    elif not found.circuits:
        say("No breaker remembers anything: all count as closed.")
    else:
        rows = [[each.name, word(each.state), str(each.failures or 0)] for each in found.circuits]
        console().print(table(["Breaker", "State", "Failures"], rows))
        say(f"{found.open_circuits} of {found.total_circuits} open.")


def show_breaker(breaker: Breaker, output: Format) -> None:
    """Print one breaker."""
    facts: dict[str, Any] = breaker.model_dump(mode="json")
    if output is Format.JSON:
        say_json(facts)
        return
    rows = [[name, word(str(value))] for name, value in facts.items() if value not in (None, "")]
    console().print(table(["", ""], rows, headed=False))


def _breakers(settings: Settings) -> Breakers:
    return Breakers(temporal_connection(settings))
