"""Incidents as records and Temporal tell of them."""

from temporalio.service import RPCError, RPCStatusCode

from api.incidents import Filters, Incidents
from api.schemas import IncidentDetail, IncidentPage
from cli.connection import connect, temporal_connection
from cli.incident_page import show_page
from cli.output import Format, console, say, say_json, table, word
from cli.problems import CommandError
from cli.record_store import opened_records
from lakemend.settings import Settings
from lakemend.why import Why
from records import Records


async def list_incidents(settings: Settings, filters: Filters) -> IncidentPage:
    """Return one page, newest first."""
    async with opened_records(settings) as records:
        return _incidents(settings, records).list_(filters)


async def get_incident(settings: Settings, workflow_id: str) -> IncidentDetail:
    """Return one incident; raises UnknownIncidentError."""
    async with opened_records(settings) as records:
        return await _incidents(settings, records).get(workflow_id)


async def get_why(settings: Settings, workflow_id: str) -> Why:
    """Return the record of an incident's decisions; raises UnknownIncidentError."""
    async with opened_records(settings) as records:
        return await _incidents(settings, records).why(workflow_id)


async def cancel_incident(settings: Settings, workflow_id: str) -> None:
    """Tell an incident to stop; raises CommandError if it is not open."""
    client = await connect(settings)
    try:
        await client.get_workflow_handle(workflow_id).cancel()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        remedy = "See `lakemend incident list --open`."
        raise CommandError(f"{workflow_id} is not open", remedy) from error


def show_incidents(page: IncidentPage, output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json(page.model_dump(mode="json"))
    elif not page.incidents:
        say("No incident.")
    else:
        rows = [
            [
                each.run_id or each.resource,
                each.job_name or each.resource_name,
                each.cause,
                word(each.outcome or each.stage),
            ]
            for each in page.incidents
        ]
        console().print(table(["Run or resource", "Name", "Cause", "Outcome"], rows))


def show_incident(incident: IncidentDetail, output: Format) -> None:
    """Print one incident."""
    if output is Format.JSON:
        say_json(incident.model_dump(mode="json"))
    else:
        show_page(incident)


def _incidents(settings: Settings, records: Records) -> Incidents:
    return Incidents(records, temporal_connection(settings), settings.ui_url)
