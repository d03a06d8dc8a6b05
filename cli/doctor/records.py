"""Whether the record store answers and has this version's tables."""

import asyncio

from cli.doctor.finding import Finding, fine, warning, wrong
from cli.record_store import opened_records
from lakemend.errors import RecordsError
from lakemend.settings import Settings

PART = "Records"


async def check_records(settings: Settings) -> list[Finding]:
    """Return the connection, the tables and whether snapshots are encrypted."""
    try:
        async with opened_records(settings) as records:
            await asyncio.to_thread(records.ping)
            tables = await asyncio.to_thread(records.list_incidents, limit=1)
    except RecordsError as error:
        remedy = "Check LAKEMEND_DATABASE_URL, then run `lakemend migrate`."
        return [wrong(PART, str(error), remedy)]
    del tables
    return [fine(PART, "the record store answers and has its tables"), _encryption(settings)]


def _encryption(settings: Settings) -> Finding:
    if settings.snapshot_keys:
        return fine(PART, "snapshots of settings are encrypted")
    remedy = (
        "Set LAKEMEND_SNAPSHOT_KEY; a new key: "
        'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
    )
    return warning(PART, "snapshots of settings are kept in plain text", remedy)
