"""`lakemend breaker`: what the circuit breakers hold back, and the two orders of a person."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.runtime import current_settings, run

app = typer.Typer(help="The circuit breakers.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Like DatabricksJobExecutionError:job-123.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the audit trail.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who gives the order.", default_factory=getpass.getuser)
]


@app.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the breakers that remember something; all others count as closed."""
    from cli.breakers import list_breakers, show_breakers

    show_breakers(run(list_breakers(current_settings())), output)


@app.command()
def show(name: Name, output: OutputOption = Format.TABLE) -> None:
    """Show one breaker."""
    from cli.breakers import get_breaker, show_breaker

    show_breaker(run(get_breaker(current_settings(), name)), output)


@app.command()
def reset(
    name: Name, by: ByOption, reason: ReasonOption = "", output: OutputOption = Format.TABLE
) -> None:
    """Close a breaker, so that the next incident may act again."""
    from cli.breakers import reset_breaker, show_breaker

    show_breaker(run(reset_breaker(current_settings(), name, by, reason)), output)


@app.command("open")
def open_(
    name: Name, by: ByOption, reason: ReasonOption = "", output: OutputOption = Format.TABLE
) -> None:
    """Hold a breaker open until it is reset by hand."""
    from cli.breakers import open_breaker, show_breaker

    show_breaker(run(open_breaker(current_settings(), name, by, reason)), output)
