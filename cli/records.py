"""Pruning the records on a person's order."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from activities.retention import prune, pruned_entry
from cli.output import console, say, table
from cli.record_store import opened_records
from lakemend.retention import Prunable, cutoffs
from lakemend.settings import Settings


async def count(settings: Settings) -> dict[str, int]:
    """Count what is kept no longer, and leave it."""
    before = cutoffs(settings.retention, datetime.now(UTC))
    async with opened_records(settings) as records:
        return {
            kind: await asyncio.to_thread(records.count_prunable, kind, before) for kind in Prunable
        }


async def remove(settings: Settings, by: str) -> dict[str, int]:
    """Remove what is kept no longer, and note who ordered it."""
    async with opened_records(settings) as records:
        removed = await asyncio.to_thread(
            prune, records, settings.retention, datetime.now(UTC), lambda: None
        )
        if any(removed.values()):
            records.append_audit([pruned_entry(f"records-pruned:{uuid4()}", removed, by)])
    return removed


def show_counts(counts: dict[str, int], heading: str) -> None:
    """Print how much of each kind; nothing is a line too."""
    if not any(counts.values()):
        say("Nothing is kept longer than it should be.")
        return
    rows = [[kind.replace("_", " "), str(number)] for kind, number in counts.items() if number]
    console().print(table(["Kind", heading], rows))
