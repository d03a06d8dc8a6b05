"""`lakemend backtest`: what would have been done about the failures of the last weeks."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from lakemend.incident import DEFAULT_WORKSPACE

SinceOption = Annotated[str, typer.Option(help="How far back, like 12h or 30d.")]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace to read.")]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write a page with charts too.")]
AtMostOption = Annotated[
    int, typer.Option("--at-most", min=1, max=5000, help="How many failures to read.")
]


def backtest(
    *,
    since: SinceOption = "30d",
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    html: HtmlOption = None,
    at_most: AtMostOption = 500,
    output: OutputOption = Format.TABLE,
) -> None:
    """Diagnose past failures; change nothing.

    Tells what would have been done, what left alone, and what became of repairs by hand.
    """
    from cli.backtest.play import play
    from cli.runtime import current_settings

    play(current_settings(), workspace, since, at_most, html=html, output=output)
