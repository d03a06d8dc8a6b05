"""A storm as it happens: counts instead of rows, because there are hundreds of incidents."""

import time
from collections import Counter

from rich.console import Console, Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from cli.demo.moment import Moment
from cli.demo.table import Lines, LivePicture, Show
from cli.output import console
from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView, Outcome, Stage

_ORDER = ("parked", "under way", *Outcome)
_STYLES = {"parked": "yellow", "recovered": "green", "escalated": "red"}


def make_storm_show(jobs: int) -> Show:
    """Choose by whether the standard output is a terminal."""
    target = console()
    if not target.is_terminal:
        return StormLines(target, jobs)
    return LivePicture(target, lambda moment, _: picture(moment, jobs))


def counts(moment: Moment) -> Counter[str]:
    """Count the incidents by how they stand."""
    return Counter(map(_standing, moment.incidents))


def in_words(moment: Moment, jobs: int) -> str:
    """Sum up the incidents on one line of less than 80 columns."""
    found = counts(moment)
    parts = [f"{found[name]} {name}" for name in _ORDER if found[name]]
    return f"{len(moment.incidents)} of {jobs} jobs failed: {', '.join(parts) or 'nothing yet'}"


def storm_in_words(storm: StormTicket) -> str:
    """Say where a storm stands."""
    if storm.ended_at:
        tally = storm.tally
        took = (storm.ended_at - storm.began_at).total_seconds()
        return (
            f"storm {storm.ticket} is over after {took:.0f} s: {tally.let_through} let through, "
            f"{tally.recovered} recovered"
        )
    at_once = "one is tried" if storm.allowed == 1 else f"{storm.allowed} at a time"
    return f"storm {storm.ticket} of {storm.cause}: {at_once}"


class StormLines(Lines):
    """Prints a line when the counts or a storm have changed."""

    def __init__(self, target: Console, jobs: int) -> None:
        super().__init__(target)
        self._jobs = jobs
        self._said: dict[str, str] = {}
        self._said_at = 0.0

    def update(self, moment: Moment) -> None:
        """Print what is new, the counts no more often than every second."""
        for storm in moment.storms:
            self._tell(storm.storm_id, storm_in_words(storm))
        if time.monotonic() - self._said_at >= 1:
            self._said_at = time.monotonic()
            self._tell("counts", in_words(moment, self._jobs))

    def _tell(self, subject: str, line: str) -> None:
        if self._said.get(subject) != line:
            self._said[subject] = line
            self.say(line)


def picture(moment: Moment, jobs: int) -> Group:
    """Draw the counts, a bar of those that have recovered, and the storms."""
    found = counts(moment)
    words = [Text(f"{found[name]:4d} {name}", _STYLES.get(name, "")) for name in _ORDER[:4]]
    bar = ProgressBar(total=jobs, completed=found[Outcome.RECOVERED], width=60)
    storms = [Text(storm_in_words(storm)) for storm in moment.storms]
    return Group(Text(f"{len(moment.incidents)} of {jobs} jobs failed"), *words, bar, *storms)


def _standing(incident: IncidentView) -> str:
    if incident.outcome:
        return incident.outcome
    return "parked" if incident.stage is Stage.PARKED else "under way"
