"""Removing records whose time is over: batch by batch, as often as there is something left."""

from collections.abc import Callable
from datetime import UTC, datetime

from temporalio import activity

from activities.errors import told_to_temporal
from lakemend.audit import AuditEntry
from lakemend.retention import Prunable, Retention, cutoffs, in_words
from records import Records

BATCH = 500
"""A transaction of so many rows takes milliseconds, and holds up nobody."""


def prune(
    records: Records, retention: Retention, now: datetime, after_batch: Callable[[], object]
) -> dict[str, int]:
    """Remove what is kept no longer, and return how much of each kind that was."""
    before = cutoffs(retention, now)
    removed = dict.fromkeys(map(str, Prunable), 0)
    for kind in Prunable:
        gone = BATCH
        while gone == BATCH:
            gone = records.prune(kind, before, BATCH)
            removed[kind] += gone
            after_batch()
    return removed


def pruned_entry(entry_id: str, removed: dict[str, int], by: str) -> AuditEntry:
    """Write down for the audit trail what was removed, by whom."""
    return AuditEntry(
        entry_id=entry_id,
        at=datetime.now(UTC),
        subject="records",
        kind="records.pruned",
        message=f"Removed what is kept no longer: {in_words(removed)}.",
        actor=by,
        data=dict(removed),
    )


class RetentionActivities:
    """Prunes the records by the settings of this worker."""

    def __init__(self, records: Records, retention: Retention) -> None:
        self._records = records
        self._retention = retention

    @activity.defn
    def prune_records(self) -> dict[str, int]:
        """Remove what is kept no longer; a try that died leaves less to the next one."""
        with told_to_temporal():
            removed = prune(self._records, self._retention, datetime.now(UTC), activity.heartbeat)
            if any(removed.values()):
                entry_id = f"records-pruned:{activity.info().workflow_run_id}"
                self._records.append_audit([pruned_entry(entry_id, removed, "lakemend")])
            return removed
