"""What people can read afterwards: each thing that was done, by whom and why."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from lakemend.model import Model

SYSTEM_ACTOR = "lakemend"


class TicketStatus(StrEnum):
    """Where a ticket stands; `escalated` incidents leave theirs `open` for a person."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class AuditEntry(Model):
    """One line of the audit trail, also an event of the live stream.

    `entry_id` is chosen by the writer, so that writing twice keeps one line. `kind` is like
    `incident.step_succeeded` or `breaker.opened`; `subject` the incident id or `breaker:{name}`.
    """

    entry_id: str
    at: datetime
    subject: str
    kind: str
    message: str
    actor: str = SYSTEM_ACTOR
    reason: str = ""
    data: dict[str, Any] = {}
