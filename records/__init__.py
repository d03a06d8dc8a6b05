"""Tickets, audit trail, snapshots and handled failures, kept in SQLite or PostgreSQL."""

from records.schema import migrate
from records.store import Records, open_records

__all__ = ["Records", "migrate", "open_records"]
