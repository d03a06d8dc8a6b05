"""What a check of `lakemend doctor` found, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple

from rich.text import Text

from cli.output import console, say, word


class State(StrEnum):
    """`warning` is worth a look; only `wrong` makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    """One line of the report."""

    part: str
    state: State
    message: str
    remedy: str = ""


def fine(part: str, message: str) -> Finding:
    """Return that all is well."""
    return Finding(part, State.OK, message)


def warning(part: str, message: str, remedy: str) -> Finding:
    """Return what is worth a look."""
    return Finding(part, State.WARNING, message, remedy)


def wrong(part: str, message: str, remedy: str) -> Finding:
    """Return what must be put right."""
    return Finding(part, State.WRONG, message, remedy)


def is_wrong(finding: Finding) -> bool:
    """Tell whether the finding makes the command fail."""
    return finding.state is State.WRONG


def show(finding: Finding) -> None:
    """Print a line, and below it what to do."""
    line = Text.assemble(word(f"{finding.state:8}"), f"{finding.part:10}", finding.message)
    console().print(line, soft_wrap=True)
    if finding.remedy:
        say(f"        {finding.remedy}")
