"""When a holder that others wait for is looked for: it may have died without a word.

Whoever holds something is told so again. One that is gone cannot be told, and loses it.
"""

from datetime import datetime, timedelta
from typing import Self

from lakemend.model import SlimModel

FIRST_LOOK = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=10)


def next_look(last: datetime, looks: int) -> datetime:
    """Return when to look again after so many looks: each costs events, so ever more rarely."""
    return last + min(FIRST_LOOK * 2 ** min(looks, 10), LONGEST_PAUSE)


class Held(SlimModel):
    """A leave to act that is out; its holder was looked for `looks` times, last at `looked_at`."""

    holder: str
    granted_at: datetime
    expires_at: datetime
    looks: int = 0
    looked_at: datetime | None = None

    @property
    def next_look(self) -> datetime:
        """When its holder is looked for, if others wait for it."""
        return next_look(self.looked_at or self.granted_at, self.looks)

    def looked_for(self, now: datetime) -> Self:
        """Note that its holder was looked for."""
        return self.model_copy(update={"looks": self.looks + 1, "looked_at": now})
