"""How breakers look on a terminal."""

from typing import Any

from api.breaker_schemas import Breaker, BreakerHistory, BreakerList, BreakerQueue
from cli.output import Format, console, say, say_json, table, word

_TIME = "%m-%d %H:%M:%S"


def show_breakers(found: BreakerList, output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
    elif not found.circuits:
        say("No breaker remembers anything: all count as closed.")
    else:
        rows = [
            [word(each.state), str(each.failures or 0), str(each.waiting or 0), each.name]
            for each in found.circuits
        ]
        console().print(table(["State", "Failures", "Waiting", "Breaker"], rows))
        say(f"{found.open_circuits} of {found.total_circuits} open.")


def show_breaker(breaker: Breaker, output: Format) -> None:
    """Print one breaker; a table leaves out what is empty, and the settings nobody changed."""
    facts: dict[str, Any] = breaker.model_dump(mode="json")
    if output is Format.JSON:
        say_json(facts)
        return
    del facts["settings"]
    totals: dict[str, int] = facts.pop("totals") or {}
    facts["so far"] = ", ".join(f"{count} {kind}" for kind, count in totals.items() if count)
    overrides: dict[str, Any] = facts.pop("overrides") or {}
    facts["set by hand"] = ", ".join(f"{name}={value}" for name, value in overrides.items())
    rows = [[name, word(str(value))] for name, value in facts.items() if value not in (None, "")]
    console().print(table(["", ""], rows, headed=False))


def show_history(found: BreakerHistory, output: Format) -> None:
    """Print what happened, oldest first."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
    elif not found.events:
        say("Nothing has happened to it yet.")
    else:
        rows = [
            [f"{each.at:{_TIME}}", each.kind, each.actor, f"{each.message}. {each.reason}".strip()]
            for each in found.events
        ]
        console().print(table(["At (UTC)", "Event", "By", "What and why"], rows))


def show_queue(found: BreakerQueue, output: Format) -> None:
    """Print who waits, first in the queue first."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
    elif not found.waiting:
        say("Nobody waits.")
    else:
        rows = [
            [str(each.place), each.holder, f"{each.since:{_TIME}}", f"{each.until:{_TIME}}"]
            for each in found.waiting
        ]
        console().print(table(["Place", "Who", "Since (UTC)", "At most until"], rows))
