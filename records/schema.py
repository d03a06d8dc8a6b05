"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from lakemend.errors import RecordsError
from records.engine import open_engine, records_errors

# any number will do, as long as all versions of us agree on it ("LKMD")
MIGRATION_LOCK = 0x4C4B4D44


def migrate(url: str) -> None:
    """Apply the migrations that are missing, waiting for another process that does the same.

    Raises RecordsError, and leaves the schema as it was, if one of them fails.
    """
    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations in one transaction."""
    with records_errors(), engine.begin() as connection:
        upgrade_within(connection)


def upgrade_within(connection: Connection) -> None:
    """Apply the missing migrations in the caller's transaction, under a lock held until its end."""
    # SQLite's BEGIN IMMEDIATE is the lock already
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    try:
        command.upgrade(_alembic_config(connection), "head")
    except CommandError as error:
        raise RecordsError(f"migrated by a newer version of Lakemend? {error}") from error


def _alembic_config(connection: Connection) -> Config:
    """Return the configuration that `migrations/env.py` expects."""
    config = Config()
    # % starts an interpolation in alembic's configuration
    folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    return config
