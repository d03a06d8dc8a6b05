"""`lakemend storm`: floods of incidents with one cause, and what became of them."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.runtime import current_settings, run
from lakemend.incident import Outcome

app = typer.Typer(help="The storms: many incidents, one cause.", no_args_is_help=True)

StormArgument = Annotated[
    str, typer.Argument(metavar="STORM", help="Like ST-000012, or the storm's id.")
]
LimitOption = Annotated[int, typer.Option(min=1, max=200, help="How many at most.")]
WorkspaceOption = Annotated[str | None, typer.Option(help="Only those of this workspace.")]
AfterOption = Annotated[
    str | None, typer.Option(metavar="TICKET", help="Go on after this one, like LM-000050.")
]
OutcomeOption = Annotated[Outcome | None, typer.Option(help="Only incidents that ended so.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Only those that have not ended.")]


@app.command("list")
def list_(
    *,
    limit: LimitOption = 50,
    workspace: WorkspaceOption = None,
    open_only: OpenOption = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """List the tickets of storms, newest first."""
    from cli.storms import list_storms, show_storms

    found = run(list_storms(current_settings(), limit, workspace, open_only=open_only))
    show_storms(found, output)


@app.command()
def show(
    storm: StormArgument,
    *,
    limit: LimitOption = 50,
    after: AfterOption = None,
    outcome: OutcomeOption = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """Show the ticket of one storm, and how its incidents stand, oldest first."""
    from api.storms import Chosen
    from cli.storms import get_storm, show_storm

    chosen = Chosen(limit, after, outcome)
    show_storm(run(get_storm(current_settings(), storm, chosen)), output)
