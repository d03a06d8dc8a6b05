"""`lakemend incident`: what was recovered, what was not, and why."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from typing import Annotated

import typer

from cli.output import Format, OutputOption, say
from cli.problems import BadInputError
from cli.runtime import current_settings, run
from lakemend.incident import DEFAULT_WORKSPACE, Outcome, incident_id, parse_incident_id

app = typer.Typer(help="The incidents, one per failed run or resource.", no_args_is_help=True)

IncidentArgument = Annotated[
    str,
    typer.Argument(
        metavar="INCIDENT",
        help="Like incident:WORKSPACE:run-ID; or just the run's id, or cluster-ID.",
    ),
]
LimitOption = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
OutcomeOption = Annotated[Outcome | None, typer.Option(help="Only those that ended so.")]
WorkspaceOption = Annotated[str | None, typer.Option(help="Only those of this workspace.")]
JobOption = Annotated[str | None, typer.Option("--job", help="Only those of the job with this id.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Only those that have not ended.")]


@app.command("list")
def list_(
    *,
    limit: LimitOption = 50,
    outcome: OutcomeOption = None,
    workspace: WorkspaceOption = None,
    job: JobOption = None,
    open_only: OpenOption = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """List incidents, newest first; duplicates only with `--outcome duplicate`."""
    from api.incidents import Filters
    from cli.incidents import list_incidents, show_incidents

    filters = Filters(limit, None, outcome, workspace, job, open_only)
    show_incidents(run(list_incidents(current_settings(), filters)), output)


@app.command()
def show(incident: IncidentArgument, output: OutputOption = Format.TABLE) -> None:
    """Show all that is known of one incident."""
    from cli.incidents import get_incident, show_incident

    show_incident(run(get_incident(current_settings(), _workflow_id(incident))), output)


@app.command()
def why(incident: IncidentArgument, output: OutputOption = Format.TABLE) -> None:
    """Show each decision: what was read, which rules spoke, what was chosen, what was not."""
    from cli.diagnosis.why import show_why
    from cli.incidents import get_why

    show_why(run(get_why(current_settings(), _workflow_id(incident))), output)


@app.command()
def cancel(incident: IncidentArgument) -> None:
    """Stop an open incident; what it changed is put back first."""
    from cli.incidents import cancel_incident

    workflow_id = _workflow_id(incident)
    run(cancel_incident(current_settings(), workflow_id))
    say(f"{workflow_id} was told to stop; what it changed is put back now.")
    say(f"Follow it with `lakemend incident show {workflow_id}`.")


def _workflow_id(incident: str) -> str:
    if incident.isdecimal():
        return incident_id(DEFAULT_WORKSPACE, incident)
    whole = incident if ":" in incident else f"incident:{DEFAULT_WORKSPACE}:{incident}"
    try:
        return parse_incident_id(whole).incident_id
    except ValueError as error:
        remedy = "Give the id that `lakemend incident list -o json` shows, or the run's id."
        raise BadInputError("INCIDENT", incident, str(error), remedy) from error
