"""The demo as it happens: a live table on a terminal, a line per change elsewhere."""

import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.demo.moment import Moment
from cli.output import console, table, word
from lakemend.incident import IncidentView, StepStatus

_COLUMNS = ["Job", "Error type", "Cause", "Step", "Breaker", "Outcome"]
_PREFIX = "Databricks"
_ALL_ON_ONE_LINE = 125
_NARROWEST = 7  # room for "Breaker", and for an attempt like "run 2 ✓"
# OutOfMemoryError is Out Of Memory Error
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = {
    StepStatus.RUNNING: "…",
    StepStatus.SUCCEEDED: "✓",
    StepStatus.FAILED: "✗",
    StepStatus.SKIPPED: "-",
}


class Show(Protocol):
    """Where the demo shows itself; a context manager."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, leaving the terminal as it was."""
        ...

    def update(self, moment: Moment) -> None:
        """Show what is new."""
        ...

    def say(self, text: str) -> None:
        """Show a sentence."""
        ...


def make_show() -> Show:
    """Choose by whether the standard output is a terminal."""
    target = console()
    return LivePicture(target, incident_table) if target.is_terminal else Lines(target)


class LivePicture:
    """Redraws what `draw` makes of a moment for a terminal of so many columns."""

    def __init__(self, target: Console, draw: Callable[[Moment, int], RenderableType]) -> None:
        self._draw = draw
        self._live = Live(console=target, refresh_per_second=4)

    def __enter__(self) -> Self:
        """Take the terminal."""
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture standing."""
        self._live.stop()

    def update(self, moment: Moment) -> None:
        """Redraw."""
        self._live.update(self._draw(moment, self._live.console.width))

    def say(self, text: str) -> None:
        """Print above the picture."""
        self._live.console.print(text)


class Lines:
    """Prints a line whenever an incident changed, with the seconds since the start."""

    def __init__(self, target: Console) -> None:
        self._console = target
        self._shown: dict[str, str] = {}
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to count the seconds."""
        self._started = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to leave."""

    def update(self, moment: Moment) -> None:
        """Print each incident that is not as it was."""
        for incident in moment.incidents:
            words = [*_cells(incident), incident.message if incident.outcome else ""]
            line = " · ".join(part for part in words if part)
            if self._shown.get(incident.incident_id) != line:
                self._shown[incident.incident_id] = line
                self.say(line)

    def say(self, text: str) -> None:
        """Print a line."""
        elapsed = time.monotonic() - self._started
        self._console.print(f"{elapsed:5.1f} s  {text}", soft_wrap=True)


def incident_table(moment: Moment, width: int) -> Table:
    """Return a row for each incident; on a narrow terminal columns break between words only."""
    rows = [_row(incident) for incident in moment.incidents]
    made = table(_COLUMNS, rows)
    if width < _ALL_ON_ONE_LINE and rows:
        for number, column in list(enumerate(made.columns))[1:]:
            words = [each for row in rows for each in str(row[number]).split()]
            column.width = max(_NARROWEST, *map(len, words), 0)
    return made


def _row(incident: IncidentView) -> list[str | Text]:
    """Put blanks between the words of a name, so that a narrow column breaks there."""
    job, *facts, outcome = _cells(incident)
    coloured = word(outcome)
    coloured.plain = _spaced(outcome)
    return [job, *map(_spaced, facts), coloured]


def _spaced(name: str) -> str:
    return _WORD_START.sub(" ", name.replace("_", " "))


def _cells(incident: IncidentView) -> tuple[str, ...]:
    diagnosis = incident.diagnosis
    return (
        incident.job_name or incident.resource_name or incident.resource or incident.run_id,
        diagnosis.error_type.removeprefix(_PREFIX) if diagnosis else "",
        diagnosis.cause if diagnosis else "",
        _last_step(incident),
        incident.breaker_state,
        incident.outcome or incident.stage,
    )


def _last_step(incident: IncidentView) -> str:
    if not incident.steps:
        return ""
    step = incident.steps[-1]
    number = f" {step.attempt}" if step.attempt > 1 else ""
    return f"{step.action}{number} {_MARKS[step.status]}"
