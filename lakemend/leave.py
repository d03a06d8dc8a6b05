"""How far an incident has come with its leave to act, as people see it."""

from datetime import datetime

from lakemend.model import Model

NO_ANSWER = "no_answer"
"""The state of a breaker or gate that was asked and asked again, and has said nothing."""


class LevelAnswer(Model):
    """What one level of leave to act has answered; `decision` is empty before it has."""

    level: str
    decision: str = ""
    state: str = ""


class Parked(Model):
    """What an incident waits for; `by` names the breaker or gate that holds it back.

    `place` is the one when it last asked, 0 outside a queue; `next_probe_at` is when the next one
    may pass, where that is known.
    """

    by: str
    reason: str
    since: datetime
    until: datetime
    place: int = 0
    next_probe_at: datetime | None = None
