"""How long records are kept."""

from datetime import datetime, timedelta
from enum import StrEnum

from lakemend.durations import Duration
from lakemend.model import Model

PRUNE_RECORDS = "prune-records"
"""The name of the workflow, and the id of its daily schedule."""

KEEP_COUNTS = timedelta(days=7)
"""Attempts and sightings are asked for within a day."""


class Prunable(StrEnum):
    """What is removed when its time is over, in the order in which it goes."""

    SNAPSHOTS = "snapshots"
    TICKETS = "tickets"
    STORMS = "storms"
    STORM_INCIDENTS = "storm_incidents"
    FAILURE_KEYS = "failure_keys"
    AUDIT_ENTRIES = "audit_entries"
    GOOD_SETTINGS = "good_settings"
    LESSONS = "lessons"
    ATTEMPTS = "attempts"
    SIGHTINGS = "sightings"


class Retention(Model):
    """For how long each kind is kept; what is still needed is kept longer."""

    snapshots: Duration = timedelta(days=30)
    tickets: Duration = timedelta(days=365)
    audit_entries: Duration = timedelta(days=365)
    knowledge: Duration = timedelta(days=180)


class Cutoffs(Model):
    """What is older than this may go."""

    snapshots: datetime
    tickets: datetime
    audit_entries: datetime
    knowledge: datetime
    counts: datetime


def cutoffs(retention: Retention, now: datetime) -> Cutoffs:
    """Return the instants before which each kind may go."""
    return Cutoffs(
        snapshots=now - retention.snapshots,
        tickets=now - retention.tickets,
        audit_entries=now - retention.audit_entries,
        knowledge=now - retention.knowledge,
        counts=now - KEEP_COUNTS,
    )


def in_words(removed: dict[str, int]) -> str:
    """Write `3 tickets, 12 audit entries`, without what was none; empty if all were."""
    return ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in removed.items() if n)
