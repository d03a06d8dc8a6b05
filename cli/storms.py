"""Storms as the records tell of them."""

import asyncio
from collections import Counter
from datetime import datetime

from rich.text import Text

from api.gate_schemas import StormDetail, StormIncident, StormList
from api.problems import UnknownStormError
from api.storms import Chosen, Storms
from cli.output import Format, console, say, say_json, table, word
from cli.problems import BadInputError
from cli.record_store import opened_records
from lakemend.gate.storm import StormTicket
from lakemend.settings import Settings
from records.tickets import parse_number


async def list_storms(
    settings: Settings, limit: int, workspace: str | None, *, open_only: bool
) -> StormList:
    """Return the tickets, newest first; raises RecordsError."""
    async with opened_records(settings) as records:
        return await asyncio.to_thread(Storms(records).list_, limit, workspace, open_only=open_only)


async def get_storm(settings: Settings, storm: str, chosen: Chosen) -> StormDetail:
    """Return one ticket with some of its incidents; raises BadInputError, RecordsError."""
    if chosen.after is not None and parse_number(chosen.after) is None:
        remedy = "Give the number of a ticket, like LM-000050."
        raise BadInputError("--after", chosen.after, "this is no ticket of an incident", remedy)
    async with opened_records(settings) as records:
        try:
            return await asyncio.to_thread(Storms(records).get, storm, chosen)
        except UnknownStormError as error:
            remedy = "`lakemend storm list` names those that there are."
            raise BadInputError("STORM", storm, "there is no such storm", remedy) from error


def show_storms(found: StormList, output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
    elif not found.storms:
        say("No storm.")
    else:
        titles = ["Storm", "Cause", "Workspace", "Began", "Ended", "Incidents", "Recovered"]
        console().print(table(titles, [_row(storm) for storm in found.storms]))


def show_storm(found: StormDetail, output: Format) -> None:
    """Print one ticket with its incidents."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
        return
    facts = [*_facts(found.storm), ["tickets", _counts(found)]]
    console().print(table(["", ""], facts, headed=False))
    if found.incidents:
        rows = [_incident(each) for each in found.incidents]
        console().print(table(["Incident", "Job", "Began", "Outcome"], rows))
    if any(each.began_it for each in found.incidents):
        say("* came before there were enough to be a storm")
    if found.next_cursor:
        say(f"More: lakemend storm show {found.storm.ticket} --after {found.next_cursor}")


def _counts(found: StormDetail) -> str:
    stands = Counter({str(name): count for name, count in found.outcomes.items()})
    stands["under way"] = found.under_way
    counts = [f"{count} {name}" for name, count in stands.most_common() if count]
    return f"{found.total}: {', '.join(counts)}" if counts else "none"


def _incident(each: StormIncident) -> list[str | Text]:
    began = f"{each.started_at:%H:%M:%S}{' *' if each.began_it else ''}"
    return [each.incident_id, each.job_name, began, word(each.outcome or each.stage)]


def _row(storm: StormTicket) -> list[str]:
    tally = storm.tally
    began, ended = _time(storm.began_at), _time(storm.ended_at)
    counts = [str(tally.arrived), str(tally.recovered)]
    return [storm.ticket, storm.cause, storm.workspace, began, ended, *counts]


def _facts(storm: StormTicket) -> list[list[str]]:
    tally = storm.tally
    ended = _time(storm.ended_at) or f"not yet; {storm.allowed} at a time, {storm.waiting} parked"
    return [
        ["storm", storm.ticket],
        ["id", storm.storm_id],
        ["workspace", storm.workspace],
        ["cause", storm.cause],
        ["began", f"{_time(storm.began_at)} with {len(storm.began_with)} incidents"],
        ["ended", ended],
        ["incidents", str(tally.arrived)],
        ["let through", str(tally.let_through)],
        ["recovered", str(tally.recovered)],
        ["failed", str(tally.failed)],
        ["other endings", str(tally.others)],
    ]


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
