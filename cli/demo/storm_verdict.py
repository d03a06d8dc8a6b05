"""Whether a storm went as it must: everybody recovered, one message, one ticket, all in order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.demo.storm_show import storm_in_words
from cli.demo.verdict import Verdict
from cli.output import console, say, table
from lakemend.audit import AuditEntry
from lakemend.gate.storm import StormTicket
from lakemend.gate.talk import gate_workflow_id
from lakemend.incident import DEFAULT_WORKSPACE
from records import Records

_ONCE = ("storm.began", "storm.ended")
_MOST_NAMED = 10


@dataclass(frozen=True)
class StormAccount:
    """What the records tell of storms; `listed` counts the incidents that their tickets list."""

    storms: Sequence[StormTicket]
    entries: Sequence[AuditEntry]
    listed: int

    @property
    def problems(self) -> list[str]:
        """What is not as it must be; empty when all is."""
        return [*self._messages(), *self._tickets()]

    def _messages(self) -> Iterator[str]:
        kinds = Counter(entry.kind for entry in self.entries)
        for kind in _ONCE:
            if kinds[kind] != 1:
                yield f"expected one {kind} in the audit trail, found {kinds[kind]}"

    def _tickets(self) -> Iterator[str]:
        if len(self.storms) != 1:
            yield f"expected one ticket of a storm, found {len(self.storms)}"
            return
        (storm,) = self.storms
        if storm.ended_at is None:
            yield f"ticket {storm.ticket} is not closed"
        if storm.tally.arrived != self.listed:
            yield (
                f"{storm.tally.arrived} incidents of {storm.ticket} arrived, "
                f"and it lists {self.listed}"
            )


def take_storm_account(records: Records) -> StormAccount:
    """Read what the records hold."""
    storms = records.list_storms()
    listed = sum(
        records.incidents_of_storm(storm.storm_id, limit=1).outcomes.total() for storm in storms
    )
    entries = records.audit_of(gate_workflow_id(DEFAULT_WORKSPACE))
    return StormAccount(storms, entries, listed)


def show_storm_verdict(verdict: Verdict, account: StormAccount) -> list[str]:
    """Print what became of the storm and its jobs; returns what is not as it must be."""
    say()
    say("What happened", style="bold")
    rows = [[f"{entry.at:%H:%M:%S}", entry.kind, entry.message] for entry in account.entries]
    console().print(table(["UTC", "Event", "What"], rows))
    for storm in account.storms:
        say(f"  {storm_in_words(storm)}")
        say(f"  {storm.ticket} lists {account.listed} incidents")
    outcomes = Counter(outcome for story in verdict.stories for outcome in story.outcomes)
    say("  " + ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common()))
    repairs = sum(story.repairs for story in verdict.stories)
    say(f"  {repairs} repairs, {len(verdict.calls)} calls that changed the workspace")
    problems = [*verdict.problems, *account.problems]
    _show_end(problems, len(verdict.stories))
    return problems


def _show_end(problems: Sequence[str], jobs: int) -> None:
    if not problems:
        say("The workspace is in order: settings as before, no run twice, no forbidden call.")
        say(f"Passed: {jobs} jobs recovered, with one message and one ticket.", style="green")
        return
    for problem in problems[:_MOST_NAMED]:
        say(f"not as it must be: {problem}", style="red")
    say(f"Not passed: {len(problems)} thing(s) to look at.", style="red")
