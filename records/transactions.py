"""The database of the records: a transaction to read in, and one to write in."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from records.engine import READ_ONLY, records_errors
from records.snapshots import Cipher


class Transactions:
    """Safe to share between threads; raises RecordsError when the database is away or refuses."""

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._engine = engine
        self._readers = engine.execution_options(**{READ_ONLY: True})
        self._cipher = cipher

    def ping(self) -> None:
        """Raise RecordsError unless the database answers and has been migrated."""
        with self._reading() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version"))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with records_errors(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with records_errors(), self._engine.begin() as connection:
            yield connection
