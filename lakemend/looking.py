"""When a holder that others wait for is looked for: it may have died without a word.

Whoever holds something is told so again. One that is gone cannot be told, and loses it.
"""

from datetime import datetime, timedelta

FIRST_LOOK = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=10)


def next_look(last: datetime, looks: int) -> datetime:
    """Return when to look again after so many looks: each costs events, so ever more rarely."""
    return last + min(FIRST_LOOK * 2 ** min(looks, 10), LONGEST_PAUSE)
