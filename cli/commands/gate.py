"""`lakemend gate`, `pause` and `resume`: what holds recoveries back in a workspace."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from datetime import timedelta
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.runtime import current_settings, run

app = typer.Typer(help="The gates: pauses, storms, recoveries at a time.", no_args_is_help=True)

WorkspaceOption = Annotated[
    str, typer.Option("--workspace", help="One workspace; all of them if left out.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the audit trail.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who gives the order.", default_factory=getpass.getuser)
]
ForOption = Annotated[str, typer.Option("--for", help="Ends by itself after that, like 2h.")]


@app.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the gate of every workspace."""
    from cli.gates import list_gates, show_gates

    show_gates(run(list_gates(current_settings())), output)


@app.command()
def show(
    workspace: Annotated[str, typer.Argument(help="Like default.")] = "default",
    output: OutputOption = Format.TABLE,
) -> None:
    """Show the gate of one workspace."""
    from cli.gates import get_gate, show_gate

    show_gate(run(get_gate(current_settings(), workspace)), output)


def pause(
    by: ByOption,
    workspace: WorkspaceOption = "",
    reason: ReasonOption = "",
    expires_after: ForOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Hold every recovery; those under way finish their step."""
    from cli.gates import pause, show_gates

    lasts = _duration(expires_after)
    show_gates(run(pause(current_settings(), workspace, by, reason, lasts)), output)


def resume(
    by: ByOption,
    workspace: WorkspaceOption = "",
    reason: ReasonOption = "",
    output: OutputOption = Format.TABLE,
) -> None:
    """Let everything go on that `pause` holds."""
    from cli.gates import resume, show_gates

    show_gates(run(resume(current_settings(), workspace, by, reason)), output)


def _duration(text: str) -> timedelta | None:
    from cli.durations import typed_duration

    if not text:
        return None
    return typed_duration("--for", text, "this is no duration", "Write it like 30m, 2h or 1d.")
