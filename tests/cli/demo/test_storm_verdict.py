from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from cli.demo.moment import Moment
from cli.demo.storm_show import in_words, picture, storm_in_words
from cli.demo.storm_verdict import StormAccount
from lakemend.audit import AuditEntry
from lakemend.gate.storm import StormTally, StormTicket
from lakemend.incident import IncidentView, Outcome, Stage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORM = StormTicket(
    storm_id="storm:default:network:1",
    workspace="default",
    cause="network",
    began_at=NOON,
    ended_at=NOON + timedelta(seconds=40),
    tally=StormTally(arrived=3, let_through=2, recovered=2),
    ticket="ST-000001",
)


def incident(number: int, stage: Stage, outcome: Outcome | None = None) -> IncidentView:
    return IncidentView(
        incident_id=f"incident:default:run-{number}",
        workspace="default",
        run_id=str(number),
        stage=stage,
        outcome=outcome,
        started_at=NOON,
    )


def entry(kind: str) -> AuditEntry:
    return AuditEntry(entry_id=kind, at=NOON, subject="gate:default", kind=kind, message="…")


RECOVERED = incident(1, Stage.ENDED, Outcome.RECOVERED)
ENTRIES = (entry("storm.began"), entry("storm.ended"))


def test_one_message_and_one_closed_ticket_with_its_incidents_are_right() -> None:
    assert StormAccount([STORM], ENTRIES, 3).problems == []


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        (StormAccount([STORM], ENTRIES[:1], 3), "expected one storm.ended"),
        (StormAccount([STORM], (*ENTRIES, ENTRIES[0]), 3), "expected one storm.began"),
        (StormAccount([], ENTRIES, 0), "expected one ticket of a storm, found 0"),
        (
            StormAccount([STORM.model_copy(update={"ended_at": None})], ENTRIES, 3),
            "is not closed",
        ),
        (StormAccount([STORM], ENTRIES, 1), "3 incidents of ST-000001 arrived, and it lists 1"),
    ],
    ids=["never ended", "began twice", "no ticket", "still open", "one not listed"],
)
def test_what_is_not_as_it_must_be_is_named(account: StormAccount, problem: str) -> None:
    assert any(problem in found for found in account.problems)


def test_two_hundred_incidents_are_counted_not_listed() -> None:
    waiting = tuple(incident(number, Stage.PARKED) for number in range(150))
    moment = Moment((*waiting, incident(200, Stage.RECOVERING), RECOVERED), 151, False, (STORM,))
    console = Console(width=80, record=True, file=None)

    with console.capture() as drawn:
        console.print(picture(moment, 200))

    assert in_words(moment, 200) == "152 of 200 jobs failed: 150 parked, 1 under way, 1 recovered"
    assert "150 parked" in drawn.get()
    assert max(map(len, drawn.get().splitlines())) <= 80
    assert "over after 40 s" in storm_in_words(STORM)
