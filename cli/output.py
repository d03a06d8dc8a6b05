"""How commands answer: tables for people, JSON for programs, always without stray colours.

Nothing is interpreted as markup: job names and platform messages are other people's text.
"""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.visible import visible


class Format(StrEnum):
    """What `-o` takes."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[
    Format, typer.Option("--output", "-o", help="A table for people, or JSON for programs.")
]

STYLES = {
    "recovered": "green",
    "succeeded": "green",
    "ok": "green",
    "closed": "green",
    "escalated": "yellow",
    "superseded": "cyan",
    "observed": "cyan",
    "duplicate": "cyan",
    "passing": "green",
    "half_open": "yellow",
    "storm": "yellow",
    "paused": "red",
    "warning": "yellow",
    "open": "red",
    "forced_open": "red",
    "failed": "red",
    "wrong": "red",
}


def console() -> Console:
    """Return a console for the present standard output; 80 columns where there is no terminal."""
    return Console(markup=False, highlight=False, emoji=False)


def error_console() -> Console:
    """Return the console for standard error."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def say(text: str = "", style: str = "") -> None:
    """Print a line as it is, so that ids, addresses and commands can be copied."""
    console().print(Text(visible(text), style=style), soft_wrap=True)


def say_json(value: Any) -> None:
    """Print JSON in ASCII; what JSON does not know (times, enumerations) becomes text."""
    typer.echo(json.dumps(value, indent=2, default=str))


def word(text: str) -> Text:
    """Colour a state or outcome by what it means for a person."""
    return Text(text, style=STYLES.get(text.strip(), ""))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, headed: bool = True
) -> Table:
    """Make a table that folds long cells; the first column stays whole."""
    made = Table(box=box.SIMPLE_HEAD, show_header=headed, pad_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        # the first one holds names that people copy
        made.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*row)
    return made
