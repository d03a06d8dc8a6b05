"""Tickets of storms: one for each, whatever the number of its incidents."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from lakemend.audit import TicketStatus
from lakemend.gate.storm import StormTicket
from lakemend.incident import Outcome
from lakemend.recording import AuditInput
from records import audit, storm_incidents
from records.insert import insert_missing
from records.storm_incidents import IncidentsOfStorm
from records.tables import StormRow
from records.transactions import Transactions


def save(connection: Connection, tickets: Iterable[StormTicket]) -> None:
    """Insert or update the tickets; a write that comes late never takes back an end."""
    for ticket in tickets:
        mine = StormRow.storm_id == ticket.storm_id
        if connection.scalar(select(StormRow.number).where(mine)) is None:
            # only when it is missing, because PostgreSQL spends a number on each conflict
            insert_missing(connection, StormRow, [_row(ticket)])
        not_late = [] if ticket.ended_at else [StormRow.ended_at.is_(None)]
        connection.execute(update(StormRow).where(mine, *not_late).values(_row(ticket)))
        storm_incidents.add_those_that_began(connection, ticket)


_NAME = re.compile(r"ST-(\d{1,15})")


class StormRecords(Transactions):
    """A part of the records; every method is one transaction."""

    def append_with_storms(self, written: AuditInput) -> None:
        """Append entries and bring the tickets of storms up to date, together or not at all."""
        with self._writing() as connection:
            save(connection, written.storms)
            audit.append(connection, written.entries)

    def list_storms(
        self, *, limit: int = 50, workspace: str | None = None, open_only: bool = False
    ) -> list[StormTicket]:
        """List the tickets of storms, newest first."""
        statement = select(StormRow.number, StormRow.ticket).order_by(StormRow.number.desc())
        if workspace is not None:
            statement = statement.where(StormRow.workspace == workspace)
        if open_only:
            statement = statement.where(StormRow.status != TicketStatus.CLOSED)
        with self._reading() as connection:
            rows = connection.execute(statement.limit(limit)).all()
        return [_ticket(row.number, row.ticket) for row in rows]

    def get_storm(self, storm: str) -> StormTicket | None:
        """Return one ticket by the storm's id, or by its own name like ST-000012."""
        named = _NAME.fullmatch(storm)
        which = StormRow.number == int(named[1]) if named else StormRow.storm_id == storm
        statement = select(StormRow.number, StormRow.ticket).where(which)
        with self._reading() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _ticket(row.number, row.ticket)

    def incidents_of_storm(
        self,
        storm_id: str,
        *,
        limit: int = 50,
        after: str | None = None,
        outcome: Outcome | None = None,
    ) -> IncidentsOfStorm:
        """Return incidents that began a storm, waited in it or were let through, oldest first.

        `after` is the ticket number of the last one seen. The counts are of all.
        """
        with self._reading() as connection:
            return storm_incidents.of(connection, storm_id, limit, after, outcome)


def _ticket(number: int, ticket: str) -> StormTicket:
    found = StormTicket.model_validate_json(ticket)
    return found.model_copy(update={"ticket": f"ST-{number:06d}"})


def _row(ticket: StormTicket) -> dict[str, object]:
    return {
        "storm_id": ticket.storm_id,
        "workspace": ticket.workspace,
        "cause": ticket.cause,
        "status": TicketStatus.CLOSED if ticket.ended_at else TicketStatus.IN_PROGRESS,
        "began_at": ticket.began_at,
        "ended_at": ticket.ended_at,
        "ticket": ticket.model_dump_json(),
    }
