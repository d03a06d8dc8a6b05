"""The audit trail: appended to, never changed, and read as a stream of events."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, text

from lakemend.audit import AuditEntry
from records.insert import insert_missing
from records.tables import AuditRow

# any number will do, as long as all versions of us agree on it ("LKMA")
APPEND_LOCK = 0x4C4B4D41
# of a 64-bit column; a client may claim to have seen anything
MAX_SEQUENCE = 2**63 - 1


def append(connection: Connection, entries: Iterable[AuditEntry]) -> None:
    """Append the entries that are not there yet; do it last in a transaction.

    PostgreSQL gives out numbers before it commits, so a reader that has seen 8 could miss a 7 that
    commits later. The lock, held until after the commit, makes the order of numbers the order in
    which they become visible. SQLite has one writer at a time.
    """
    rows = [_row(entry) for entry in entries]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
    insert_missing(connection, AuditRow, rows)


def of(connection: Connection, subject: str) -> list[AuditEntry]:
    """Return the entries about one incident or breaker, oldest first."""
    statement = (
        select(AuditRow.entry).where(AuditRow.subject == subject).order_by(AuditRow.sequence)
    )
    return [AuditEntry.model_validate_json(entry) for entry in connection.scalars(statement)]


def after(connection: Connection, sequence: int, limit: int) -> list[tuple[int, AuditEntry]]:
    """Return the next entries with their sequence numbers, oldest first."""
    statement = (
        select(AuditRow.sequence, AuditRow.entry)
        .where(AuditRow.sequence > min(sequence, MAX_SEQUENCE))
        .order_by(AuditRow.sequence)
        .limit(limit)
    )
    rows = connection.execute(statement)
    return [(row.sequence, AuditEntry.model_validate_json(row.entry)) for row in rows]


def latest_sequence(connection: Connection) -> int:
    """Return the number of the newest entry, 0 without any."""
    return connection.scalar(select(func.max(AuditRow.sequence))) or 0


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "entry_id": entry.entry_id,
        "at": entry.at,
        "subject": entry.subject,
        "kind": entry.kind,
        "actor": entry.actor,
        "entry": entry.model_dump_json(),
    }
