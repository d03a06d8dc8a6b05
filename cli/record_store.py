"""The record store, open for as long as a command needs it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from cli.own_secrets import known_snapshot_keys
from lakemend.settings import Settings
from records import Records, migrate, open_records


@asynccontextmanager
async def opened_records(settings: Settings) -> AsyncGenerator[Records]:
    """Open the record store and close it afterwards; raises RecordsError."""
    keys = known_snapshot_keys(settings)
    records = await asyncio.to_thread(open_records, settings.records_url, keys)
    try:
        yield records
    finally:
        await asyncio.to_thread(records.close)


def migrate_own_file(settings: Settings) -> None:
    """Migrate SQLite, which is ours alone; PostgreSQL is migrated by `lakemend migrate`."""
    if settings.records_url.startswith("sqlite"):
        migrate(settings.records_url)
