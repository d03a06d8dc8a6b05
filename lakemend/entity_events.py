"""What happens to a breaker or a gate: how a person reads it, and how the audit trail keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lakemend.audit import SYSTEM_ACTOR, AuditEntry
from lakemend.model import Model

_SHOWN = 5


class Remark(Model):
    """What happened, by whom and why; `kind` is like `opened`."""

    kind: str
    message: str
    actor: str = SYSTEM_ACTOR
    reason: str = ""


class EntityEvent(Remark):
    """One thing that happened to an entity; `number` counts from 1 over its whole life."""

    number: int
    at: datetime


def last_lines(events: Sequence[EntityEvent]) -> list[str]:
    """Return the last events as lines of Markdown, newest first."""
    if not events:
        return []
    return ["", "Last:", *(f"- {_line(event)}" for event in reversed(events[-_SHOWN:]))]


def _line(event: EntityEvent) -> str:
    because = f" ({event.reason})" if event.reason else ""
    return f"{event.at:%m-%d %H:%M:%S} {event.kind} by {event.actor}: {event.message}{because}"


def audit_entry(
    event: EntityEvent, subject: str, life: str, kind: str, data: dict[str, Any]
) -> AuditEntry:
    """Return the audit entry of an event.

    `life` tells this life of the entity from earlier ones, whose events were numbered alike.
    """
    return AuditEntry(
        entry_id=f"{subject}:{life}:{event.number}",
        at=event.at,
        subject=subject,
        kind=kind,
        message=event.message,
        actor=event.actor,
        reason=event.reason,
        data=data,
    )
