"""Which rows may go: those whose time is over and that nothing needs any more."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, not_
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.orm.util import AliasedClass

from lakemend.retention import Cutoffs, Prunable
from records.tables import (
    AttemptRow,
    AuditRow,
    Base,
    FailureRow,
    GoodSettingsRow,
    LessonRow,
    SightingRow,
    SnapshotRow,
    StormIncidentRow,
    StormRow,
    TicketRow,
)


class Expiring(NamedTuple):
    """The rows of one table that may go, by their primary key."""

    table: type[Base]
    key: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[int], ...]
    condition: ColumnElement[bool]


def expiring(kind: Prunable, before: Cutoffs) -> Expiring:
    """Return what may go of one kind."""
    good, lesson, sighting = GoodSettingsRow, LessonRow, SightingRow
    member = StormIncidentRow
    return {
        Prunable.SNAPSHOTS: Expiring(
            SnapshotRow, (SnapshotRow.snapshot_id,), _snapshot(SnapshotRow, before)
        ),
        Prunable.TICKETS: Expiring(TicketRow, (TicketRow.number,), _ticket(TicketRow, before)),
        Prunable.STORMS: Expiring(StormRow, (StormRow.number,), StormRow.ended_at < before.tickets),
        Prunable.STORM_INCIDENTS: Expiring(
            member, (member.storm_id, member.number), _storm_incident(before)
        ),
        Prunable.FAILURE_KEYS: Expiring(FailureRow, (FailureRow.key,), _failure_key(before)),
        Prunable.AUDIT_ENTRIES: Expiring(
            AuditRow, (AuditRow.sequence,), AuditRow.at < before.audit_entries
        ),
        Prunable.GOOD_SETTINGS: Expiring(
            good, (good.workspace, good.resource), good.recorded_at < before.knowledge
        ),
        Prunable.LESSONS: Expiring(
            lesson, (lesson.workflow_run_id, lesson.phase), lesson.at < before.knowledge
        ),
        Prunable.ATTEMPTS: Expiring(AttemptRow, (AttemptRow.token,), AttemptRow.at < before.counts),
        Prunable.SIGHTINGS: Expiring(
            sighting, (sighting.incident_id, sighting.place), sighting.at < before.counts
        ),
    }[kind]


def _snapshot(
    row: type[SnapshotRow] | AliasedClass[SnapshotRow], before: Cutoffs
) -> ColumnElement[bool]:
    """Old, of an incident that has ended, and with nothing of that resource left to put back.

    An incident without a ticket may have died before it could write one: that is not an end.
    """
    ended, still_open, changed = aliased(TicketRow), aliased(TicketRow), aliased(SnapshotRow)
    return and_(
        row.taken_at < before.snapshots,
        exists().where(ended.incident_id == row.incident_id),
        ~exists().where(still_open.incident_id == row.incident_id, still_open.ended_at.is_(None)),
        ~exists().where(
            changed.incident_id == row.incident_id,
            changed.resource == row.resource,
            changed.snapshot_id.startswith("snapshot-"),
            changed.settled_at.is_(None),
        ),
    )


def _ticket(row: type[TicketRow] | AliasedClass[TicketRow], before: Cutoffs) -> ColumnElement[bool]:
    """Old, ended, and with no snapshot left whose incident it tells of."""
    snapshot = aliased(SnapshotRow)
    kept = and_(snapshot.incident_id == row.incident_id, not_(_snapshot(snapshot, before)))
    return and_(
        row.ended_at.is_not(None),
        row.ended_at < before.tickets,
        ~exists().where(kept),
    )


def _storm_incident(before: Cutoffs) -> ColumnElement[bool]:
    """Its ticket has gone, or goes now."""
    ticket = aliased(TicketRow)
    kept = and_(ticket.number == StormIncidentRow.number, not_(_ticket(ticket, before)))
    return ~exists().where(kept)


def _failure_key(before: Cutoffs) -> ColumnElement[bool]:
    """Dealt with, and of an incident whose tickets have all gone, or go now."""
    ticket = aliased(TicketRow)
    kept = and_(ticket.incident_id == FailureRow.incident_id, not_(_ticket(ticket, before)))
    return and_(FailureRow.settled.is_(True), ~exists().where(kept))
