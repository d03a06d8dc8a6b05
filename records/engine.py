"""Connections to SQLite and PostgreSQL that behave alike."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from lakemend.errors import RecordsError
from records.line import Line

# longer than any transaction of ours, shorter than the activities' timeouts
BUSY_TIMEOUT_MS = 20_000
CONNECT_TIMEOUT_S = 5
# a host that is gone without a word, which the system would wait for some fifteen minutes
UNANSWERED_TIMEOUT_MS = 10_000
READ_ONLY = "lakemend_read_only"
# a driver's message may quote what was being written
MAX_DETAIL = 500


def open_engine(url: str) -> Engine:
    """Open `sqlite:///FILE` or `postgresql://…` (psycopg 3); raises RecordsError for others."""
    with records_errors():
        parsed = make_url(url)
        kind = parsed.get_backend_name()
        if kind == "sqlite":
            return _sqlite(parsed)
        if kind in {"postgresql", "postgres"}:
            return _postgresql(parsed)
    raise RecordsError(f"records are kept in sqlite or postgresql, not in {kind}")


@contextmanager
def records_errors() -> Generator[None]:
    """Turn what SQLAlchemy raises into RecordsError, without the values of the statement."""
    try:
        yield
    except SQLAlchemyError as error:
        detail = str(getattr(error, "orig", None) or error)
        raise RecordsError(f"{type(error).__name__}: {detail[:MAX_DETAIL]}") from error


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": UNANSWERED_TIMEOUT_MS,
        },
    )
    event.listen(engine, "do_connect", Line().connect)
    return engine


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise RecordsError(
            "sqlite needs a file, as in sqlite:///records.db: several threads share it"
        )
    _create_private_file(Path(url.database))
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private_file(file: Path) -> None:
    """Create the file readable by its owner only: snapshots may hold secrets."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise RecordsError(f"cannot write {file}: {error.strerror}") from error


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    # the driver begins transactions too late, only with the first write
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    _log_ahead(connection)


def _log_ahead(connection: SQLiteConnection) -> None:
    """Let readers and a writer work side by side; SQLite does not wait here, however long it may.

    The first two processes at a new file meet here.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # a reader that turns writer fails at once when another wrote in between, whatever the timeout
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
