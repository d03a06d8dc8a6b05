"""INSERT that leaves rows alone which are there already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from records.tables import Base


def insert_missing(
    connection: Connection, table: type[Base], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert the rows whose key is not taken, also when another transaction does the same."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
