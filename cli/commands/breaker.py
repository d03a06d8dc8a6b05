"""`lakemend breaker`: what the circuit breakers hold back, and the orders of a person."""

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
ForOption = Annotated[
    str, typer.Option("--for", help="For how long, like 2h; else until it is reset.")
]
Changes = Annotated[
    list[str],
    typer.Argument(metavar="SETTING=VALUE...", help="Without a value: as the playbook says."),
]


@app.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the breakers that remember something; all others count as closed."""
    from cli.breaker_page import show_breakers
    from cli.breakers import list_breakers

    show_breakers(run(list_breakers(current_settings())), output)


@app.command()
def show(name: Name, output: OutputOption = Format.TABLE) -> None:
    """Show one breaker."""
    from cli.breaker_page import show_breaker
    from cli.breakers import get_breaker

    show_breaker(run(get_breaker(current_settings(), name)), output)


@app.command()
def history(name: Name, output: OutputOption = Format.TABLE) -> None:
    """Show the last hundred events of a breaker."""
    from cli.breaker_page import show_history
    from cli.breakers import get_history

    show_history(run(get_history(current_settings(), name)), output)


@app.command()
def waiting(name: Name, output: OutputOption = Format.TABLE) -> None:
    """List who waits for a breaker."""
    from cli.breaker_page import show_queue
    from cli.breakers import get_queue

    show_queue(run(get_queue(current_settings(), name)), output)


@app.command()
def reset(
    name: Name, by: ByOption, reason: ReasonOption = "", output: OutputOption = Format.TABLE
) -> None:
    """Close a breaker, so that the next incident may act again."""
    from cli.breaker_page import show_breaker
    from cli.breakers import reset_breaker

    show_breaker(run(reset_breaker(current_settings(), name, by, reason)), output)


@app.command("open")
def open_(
    name: Name,
    by: ByOption,
    reason: ReasonOption = "",
    lasts: ForOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Let nobody pass, until it is reset or the time is over."""
    _hold("force_open", name, by, reason, lasts, output)


@app.command()
def disable(
    name: Name,
    by: ByOption,
    reason: ReasonOption = "",
    lasts: ForOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Let everybody pass and count nothing."""
    _hold("disable", name, by, reason, lasts, output)


@app.command("metrics-only")
def metrics_only(
    name: Name,
    by: ByOption,
    reason: ReasonOption = "",
    lasts: ForOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Let everybody pass, but count."""
    _hold("metrics_only", name, by, reason, lasts, output)


@app.command()
def configure(
    name: Name,
    changes: Changes,
    by: ByOption,
    reason: ReasonOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Change settings of one breaker, like failure_threshold=3 cool_down=1m."""
    from cli.breaker_page import show_breaker
    from cli.breakers import configure_breaker

    order = configure_breaker(current_settings(), name, changes, by, reason)
    show_breaker(run(order), output)


def _hold(signal: str, name: str, by: str, reason: str, lasts: str, output: Format) -> None:
    from cli.breaker_page import show_breaker
    from cli.breakers import hold_breaker

    order = hold_breaker(current_settings(), name, signal, by=by, reason=reason, lasts=lasts)
    show_breaker(run(order), output)
