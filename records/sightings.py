"""Where incidents were seen, for a day: what belongs to one outage is found by place and time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from lakemend.incident import IncidentView
from lakemend.neighbours import Sighting
from records.insert import insert_missing
from records.tables import SightingRow

# Nobody asks for longer ago, and the table stays small.
_KEPT = timedelta(days=1)

# An outage of thousands of runs is one at the first hundred already, and each of them reads this.
_MOST_OF_A_PLACE = 100


def keep(connection: Connection, view: IncidentView) -> None:
    """Remember where an incident failed and why, in place of what was thought before."""
    if view.inputs is None or view.diagnosis is None:
        return
    mine = SightingRow.incident_id == view.incident_id
    # a ticket is saved many times, and what it saw rarely changes
    if connection.scalar(select(SightingRow.cause).where(mine).limit(1)) == view.diagnosis.cause:
        return
    connection.execute(delete(SightingRow).where(mine))
    _forget_old(connection, view.workspace, view.inputs.places, view.started_at - _KEPT)
    rows = [
        {
            "incident_id": view.incident_id,
            "place": place,
            "workspace": view.workspace,
            "job_id": view.job_id,
            "cause": view.diagnosis.cause,
            "at": view.started_at,
        }
        for place in view.inputs.places
    ]
    insert_missing(connection, SightingRow, rows)


def _forget_old(
    connection: Connection, workspace: str, places: Collection[str], before: datetime
) -> None:
    there = (SightingRow.workspace == workspace, SightingRow.place.in_(places))
    connection.execute(delete(SightingRow).where(*there, SightingRow.at < before))


def near(
    connection: Connection,
    workspace: str,
    places: Collection[str],
    between: tuple[datetime, datetime],
    but: str,
) -> list[Sighting]:
    """Return what other incidents were seen at these places between two instants.

    Of each place the newest are read: those of a whole workspace leave room for those of a cluster.
    """
    found: list[Sighting] = []
    for place in places:
        statement = (
            select(
                SightingRow.incident_id, SightingRow.job_id, SightingRow.place, SightingRow.cause
            )
            .where(
                SightingRow.workspace == workspace,
                SightingRow.place == place,
                SightingRow.at.between(*between),
                SightingRow.incident_id != but,
            )
            .order_by(SightingRow.at.desc())
            .limit(_MOST_OF_A_PLACE)
        )
        rows = connection.execute(statement).mappings()
        found += [Sighting.model_validate(row) for row in rows]
    return found
