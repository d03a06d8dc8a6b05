"""The tickets of storms, and the incidents that they list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView, Outcome
from lakemend.recording import AuditInput
from records import Records

MakeView = Callable[..., IncidentView]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEGAN = NOON + timedelta(minutes=1)
STORM = "storm:default:network:1"
OTHER = "storm:default:library:2"


def run(number: int) -> str:
    return f"incident:default:run-{number}"


def storms(records: Records, *tickets: StormTicket) -> None:
    records.append_with_storms(AuditInput(entries=(), storms=tickets))


def storm(storm_id: str = STORM, began_with: tuple[str, ...] = ()) -> StormTicket:
    return StormTicket(
        storm_id=storm_id,
        workspace="default",
        cause="network",
        began_at=BEGAN,
        began_with=began_with,
    )


def listed(records: Records, storm_id: str = STORM) -> list[str]:
    return [view.incident_id for view in records.incidents_of_storm(storm_id).page]


def test_those_that_began_it_are_listed_with_those_that_waited(
    records: Records, make_view: MakeView
) -> None:
    records.save_incident(make_view(incident_id=run(1)))
    storms(records, storm(began_with=(run(1),)))
    records.save_incident(make_view(incident_id=run(2), storm=STORM))
    records.save_incident(make_view(incident_id=run(3)))

    assert listed(records) == [run(1), run(2)]


def test_one_that_began_it_stays_in_it_and_is_told_so(
    records: Records, make_view: MakeView
) -> None:
    began = make_view()
    records.save_incident(began)
    storms(records, storm(began_with=(began.incident_id,)))

    records.save_incident(began.model_copy(update={"outcome": Outcome.RECOVERED}))

    assert listed(records) == [began.incident_id]
    seen = records.get_incident(began.incident_id)
    assert seen
    assert seen.storm == STORM
    assert [view.storm for view in records.list_incidents()] == [STORM]


@pytest.mark.parametrize(
    "changes",
    [{"started_at": BEGAN + timedelta(hours=1)}, {"outcome": Outcome.DUPLICATE}],
    ids=["a later one", "a duplicate"],
)
def test_another_incident_of_a_run_that_began_it_is_not_listed(
    records: Records, make_view: MakeView, changes: dict[str, object]
) -> None:
    before = make_view(
        workflow_run_id="a day before", started_at=NOON - timedelta(days=1), message="before"
    )
    records.save_incident(before)
    records.save_incident(make_view(message="this"))
    records.save_incident(make_view(workflow_run_id="another", **changes))

    storms(records, storm(began_with=(before.incident_id,)))

    assert [view.message for view in records.incidents_of_storm(STORM).page] == ["this"]


def test_one_that_met_two_storms_is_listed_by_both(records: Records, make_view: MakeView) -> None:
    records.save_incident(make_view(storm=STORM))
    records.save_incident(make_view(storm=OTHER))

    assert listed(records, STORM) == listed(records, OTHER) == [make_view().incident_id]


def test_thousands_are_counted_and_read_a_page_at_a_time(
    records: Records, make_view: MakeView
) -> None:
    ends = (Outcome.RECOVERED, Outcome.ESCALATED, None)
    for number in range(1, 1201):
        outcome = ends[number % 3]
        records.save_incident(make_view(incident_id=run(number), storm=STORM, outcome=outcome))

    seen: list[str] = []
    after = None
    while page := records.incidents_of_storm(STORM, limit=500, after=after).page:
        seen += [view.incident_id for view in page]
        after = page[-1].ticket

    assert seen == [run(number) for number in range(1, 1201)]
    found = records.incidents_of_storm(STORM, limit=1, outcome=Outcome.ESCALATED)
    assert found.outcomes == dict.fromkeys(ends, 400)
    assert [view.outcome for view in found.page] == [Outcome.ESCALATED]
