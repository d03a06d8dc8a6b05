"""Which incidents belong to which storm: a ticket that met two of them belongs to both."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView, Outcome
from records import tickets
from records.insert import insert_missing
from records.tables import StormIncidentRow, TicketRow


class IncidentsOfStorm(NamedTuple):
    """Some incidents of a storm, and how many of all there are with each outcome.

    The key None counts those that have not ended.
    """

    page: list[IncidentView]
    outcomes: Counter[Outcome | None]


def add_those_that_began(connection: Connection, storm: StormTicket) -> None:
    """Add the incidents that came before anybody knew that it is a storm.

    Each had written its ticket before it asked the gate; later ones of the same run are others.
    """
    newest = (
        select(func.max(TicketRow.number))
        .where(
            TicketRow.incident_id.in_(storm.began_with),
            TicketRow.started_at <= storm.began_at,
            ~tickets.is_duplicate(),
        )
        .group_by(TicketRow.incident_id)
    )
    rows = [{"storm_id": storm.storm_id, "number": number} for number in connection.scalars(newest)]
    insert_missing(connection, StormIncidentRow, rows)


def of(
    connection: Connection, storm_id: str, limit: int, after: str | None, outcome: Outcome | None
) -> IncidentsOfStorm:
    """Return incidents, oldest first."""
    mine = (StormIncidentRow.storm_id == storm_id, StormIncidentRow.number == TicketRow.number)
    wanted: list[ColumnElement[bool]] = []
    if after is not None:
        wanted.append(StormIncidentRow.number > (tickets.parse_number(after) or 0))
    if outcome is not None:
        wanted.append(TicketRow.outcome == outcome)
    page = (
        select(TicketRow.number, TicketRow.view, StormIncidentRow.storm_id)
        .where(*mine, *wanted)
        .order_by(StormIncidentRow.number)
        .limit(limit)
    )
    counts = select(TicketRow.outcome, func.count()).where(*mine).group_by(TicketRow.outcome)
    return IncidentsOfStorm(
        [tickets.view_of(*row) for row in connection.execute(page)],
        Counter({_outcome(name): count for name, count in connection.execute(counts)}),
    )


def _outcome(name: str | None) -> Outcome | None:
    return None if name is None else Outcome(name)
