"""When those come back who found a queue full."""

from datetime import datetime, timedelta

ASK_AGAIN_AFTER = timedelta(minutes=5)
ASK_AGAIN_AT_LAST = timedelta(minutes=30)
TURNED_AWAY_APART = timedelta(milliseconds=200)
"""Those who are turned away come back one after the other, or they would be the next flood."""


def next_return(last_return_at: datetime | None, now: datetime) -> datetime:
    """Return when the next one comes back, given when the one before it does."""
    after_the_last = (last_return_at or now) + TURNED_AWAY_APART
    return min(max(now + ASK_AGAIN_AFTER, after_the_last), now + ASK_AGAIN_AT_LAST)
