"""Storms as the records tell of them."""

import asyncio
from datetime import datetime

from api.gate_schemas import StormDetail, StormList
from api.problems import UnknownStormError
from api.storms import Storms
from cli.output import Format, console, say, say_json, table, word
from cli.problems import BadInputError
from cli.record_store import opened_records
from lakemend.gate.storm import StormTicket
from lakemend.settings import Settings


async def list_storms(
    settings: Settings, limit: int, workspace: str | None, *, open_only: bool
) -> StormList:
    """Return the tickets, newest first; raises RecordsError."""
    async with opened_records(settings) as records:
        return await asyncio.to_thread(Storms(records).list_, limit, workspace, open_only=open_only)


async def get_storm(settings: Settings, storm: str) -> StormDetail:
    """Return one ticket with its incidents; raises BadInputError, RecordsError."""
    async with opened_records(settings) as records:
        try:
            return await asyncio.to_thread(Storms(records).get, storm)
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
    console().print(table(["", ""], _facts(found.storm), headed=False))
    if found.incidents:
        rows = [
            [each.incident_id, each.job_name, word(each.outcome or each.stage)]
            for each in found.incidents
        ]
        console().print(table(["Incident", "Job", "Outcome"], rows))


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
