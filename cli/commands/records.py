"""`lakemend records`: what is kept, and for how long."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.runtime import current_settings, run

app = typer.Typer(help="Tickets, audit trail and snapshots as they are kept.", no_args_is_help=True)

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who gives the order.", default_factory=getpass.getuser)
]


@app.callback()
def records() -> None:
    """Tickets, audit trail and snapshots as they are kept."""


@app.command()
def prune(by: ByOption, *, dry_run: DryRunOption = False) -> None:
    """Remove what is kept no longer; the workers do it once a day by themselves."""
    from cli.records import count, remove, show_counts

    settings = current_settings()
    if dry_run:
        show_counts(run(count(settings)), "Would go")
    else:
        show_counts(run(remove(settings, by)), "Removed")
