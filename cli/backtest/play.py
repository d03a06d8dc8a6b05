"""One backtest from its options to its answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from activities.workspace import Workspaces
from cli.backtest.page import page
from cli.backtest.reading import PastFailures
from cli.backtest.table import show_backtest
from cli.diagnosis.answer import print_json
from cli.durations import typed_duration
from cli.output import Format, say
from cli.problems import BadInputError
from cli.runtime import require_workspace
from lakemend.settings import Settings

_SAID_EVERY = 25
# Less than ten years.
_LONGEST = timedelta(days=3650) - timedelta.resolution


def play(
    settings: Settings,
    workspace: str,
    since: str,
    at_most: int,
    *,
    html: Path | None,
    output: Format,
) -> None:
    """Read, decide, and tell; raises BadInputError and WorkspaceErrors."""
    name = require_workspace(workspace, settings)
    until = datetime.now(UTC)
    past = PastFailures(name, Workspaces(settings.workspaces).of(name), settings)
    backtest = past.read(until - _duration(since), until, at_most, _progress)
    if html:
        _write(html, page(backtest))
    if output is Format.JSON:
        print_json(backtest.model_dump(mode="json"))
        return
    show_backtest(backtest)
    if html:
        say(f"The page with charts: {html}")


def _duration(since: str) -> timedelta:
    remedy = "Give a number with m, h or d, like 30d."
    return typed_duration("--since", since, "this is no length of time", remedy, _LONGEST)


def _progress(number: int) -> None:
    if number % _SAID_EVERY == 0:
        typer.echo(f"{number} runs read …", err=True)


def _write(html: Path, text: str) -> None:
    try:
        html.write_text(text, encoding="utf-8")
    except OSError as error:
        remedy = "Name a file in a folder that exists and may be written."
        raise BadInputError("--html", html, error.strerror or str(error), remedy) from error
