"""Removing what is kept no longer, a batch at a time so that nobody waits long for a lock."""

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from lakemend.retention import Cutoffs, Prunable
from records.expiry import expiring
from records.tables import AuditPruningRow


def prune(connection: Connection, kind: Prunable, before: Cutoffs, most: int) -> int:
    """Remove up to that many rows, and return how many they were."""
    table, key, condition = expiring(kind, before)
    chosen = select(*key).where(condition).limit(most)
    # PostgreSQL knows no LIMIT for a DELETE
    statement = delete(table).where(tuple_(*key).in_(chosen))
    if kind is not Prunable.AUDIT_ENTRIES:
        return connection.execute(statement).rowcount
    # nothing is removed from the audit trail but what the same transaction declares too old
    connection.execute(insert(AuditPruningRow).values(before=before.audit_entries))
    removed = connection.execute(statement).rowcount
    connection.execute(delete(AuditPruningRow))
    return removed


def count(connection: Connection, kind: Prunable, before: Cutoffs) -> int:
    """Count what would be removed."""
    table, _, condition = expiring(kind, before)
    return connection.scalar(select(func.count()).select_from(table).where(condition)) or 0
