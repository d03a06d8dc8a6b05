"""Tickets: what people see of each incident, one per workflow run."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from lakemend.audit import TicketStatus
from lakemend.incident import IncidentView, Outcome
from records import sightings
from records.insert import insert_missing
from records.tables import StormIncidentRow, TicketRow

# more digits would not fit the column
_NUMBER = re.compile(r"LM-([0-9]{1,9})")


_STORM = (
    select(func.min(StormIncidentRow.storm_id))
    .where(StormIncidentRow.number == TicketRow.number)
    .scalar_subquery()
)


class TicketFilter(NamedTuple):
    """Which tickets to list; None and False leave a condition out.

    `before` is the number of the last ticket seen. Duplicates are listed only when asked for.
    """

    before: str | None = None
    outcome: Outcome | None = None
    workspace: str | None = None
    job_id: str | None = None
    open_only: bool = False


def format_number(number: int) -> str:
    """Write a ticket's number as people see it: `LM-000123`."""
    return f"LM-{number:06d}"


def parse_number(text: str) -> int | None:
    """Read `LM-000123`; None for anything else."""
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def status_of(view: IncidentView) -> TicketStatus:
    """Derive the status: an escalated incident waits for a person, other ends close it."""
    if view.outcome is None:
        return TicketStatus.IN_PROGRESS
    return TicketStatus.OPEN if view.outcome is Outcome.ESCALATED else TicketStatus.CLOSED


def save(connection: Connection, view: IncidentView) -> str:
    """Insert or update the ticket of this workflow run, and return its number.

    A write that comes late never takes back an end, nor opens what a person closed.
    """
    mine = (
        TicketRow.incident_id == view.incident_id,
        TicketRow.workflow_run_id == view.workflow_run_id,
    )
    number = connection.scalar(select(TicketRow.number).where(*mine))
    if number is None:
        # only when it is missing, because PostgreSQL spends a number on each conflict
        insert_missing(connection, TicketRow, [_row(view)])
        number = connection.execute(select(TicketRow.number).where(*mine)).scalar_one()
    not_late = [] if view.outcome else [TicketRow.outcome.is_(None)]
    kept_closed = case((TicketRow.closed_by != "", TicketRow.status), else_=status_of(view))
    values = {**_row(view), "status": kept_closed}
    connection.execute(update(TicketRow).where(*mine, *not_late).values(values))
    if view.storm:
        member = {"storm_id": view.storm, "number": number}
        insert_missing(connection, StormIncidentRow, [member])
    sightings.keep(connection, view)
    return format_number(number)


def listed(connection: Connection, limit: int, chosen: TicketFilter) -> list[IncidentView]:
    """Return incidents, newest first."""
    statement = (
        select(TicketRow.number, TicketRow.view, _STORM)
        .where(*_conditions(chosen))
        .order_by(TicketRow.number.desc())
        .limit(limit)
    )
    return [view_of(*row) for row in connection.execute(statement)]


def get(connection: Connection, incident_id: str) -> IncidentView | None:
    """Return the newest ticket of an incident; a duplicate only if there is nothing else."""
    statement = (
        select(TicketRow.number, TicketRow.view, _STORM)
        .where(TicketRow.incident_id == incident_id)
        .order_by(is_duplicate(), TicketRow.number.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else view_of(*row)


def last_recovery(connection: Connection, workspace: str, job_id: str) -> datetime | None:
    """Return when the job's run was last recovered, as far as tickets tell."""
    statement = (
        select(TicketRow.ended_at)
        .where(
            TicketRow.workspace == workspace,
            TicketRow.job_id == job_id,
            TicketRow.outcome == Outcome.RECOVERED,
        )
        .order_by(TicketRow.number.desc())
        .limit(1)
    )
    return connection.scalar(statement)


def status(connection: Connection, number: str) -> TicketStatus | None:
    """Return a ticket's status; None without such a ticket."""
    statement = select(TicketRow.status).where(TicketRow.number == parse_number(number))
    found = connection.scalar(statement)
    return None if found is None else TicketStatus(found)


def close(connection: Connection, number: str, by: str, reason: str) -> TicketStatus | None:
    """Close an open ticket and return its status then; one in progress is left alone."""
    statement = (
        update(TicketRow)
        .where(TicketRow.number == parse_number(number), TicketRow.status == TicketStatus.OPEN)
        .values(
            status=TicketStatus.CLOSED,
            closed_by=by,
            closed_reason=reason,
            closed_at=datetime.now(UTC),
        )
    )
    connection.execute(statement)
    return status(connection, number)


def _conditions(chosen: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.outcome is None:
        conditions.append(~is_duplicate())
    else:
        conditions.append(TicketRow.outcome == chosen.outcome)
    if chosen.before is not None:
        conditions.append(TicketRow.number < (parse_number(chosen.before) or 0))
    if chosen.workspace is not None:
        conditions.append(TicketRow.workspace == chosen.workspace)
    if chosen.job_id is not None:
        conditions.append(TicketRow.job_id == chosen.job_id)
    if chosen.open_only:
        conditions.append(TicketRow.status != TicketStatus.CLOSED)
    return conditions


def is_duplicate() -> ColumnElement[bool]:
    """Whether a ticket only says that the failure was dealt with by another incident."""
    return func.coalesce(TicketRow.outcome, "") == Outcome.DUPLICATE


def view_of(number: int, view: str, storm: str | None) -> IncidentView:
    """Read a ticket; an incident does not know that it began a `storm`."""
    found = IncidentView.model_validate_json(view)
    more = {"ticket": format_number(number), "storm": found.storm or storm or ""}
    return found.model_copy(update=more)


def _row(view: IncidentView) -> dict[str, object]:
    return {
        "incident_id": view.incident_id,
        "workflow_run_id": view.workflow_run_id,
        "status": status_of(view),
        "workspace": view.workspace,
        "run_id": view.run_id,
        "job_id": view.job_id,
        "error_type": view.diagnosis.error_type if view.diagnosis else "",
        "outcome": view.outcome,
        "stage": view.stage,
        "started_at": view.started_at,
        "ended_at": view.ended_at,
        "view": view.model_dump_json(),
    }
