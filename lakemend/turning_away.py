"""When a queue is full, and when those come back who found it so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from lakemend.letter import size
from lakemend.model import Model

PlaceT = TypeVar("PlaceT", bound=Model)

MOST_WAITING = 5000
"""More would not fit into a workflow's input (2 MB); who comes later asks again."""

ASK_AGAIN_AFTER = timedelta(minutes=15)
"""A full queue has no room for all of them sooner, and each question costs two signals."""

ASK_AGAIN_AT_LAST = timedelta(hours=1)
TURNED_AWAY_APART = timedelta(milliseconds=200)
"""Those who are turned away come back one after the other, or they would be the next flood."""


def next_return(last_return_at: datetime | None, now: datetime) -> datetime:
    """Return when the next one comes back, given when the one before it does."""
    after_the_last = (last_return_at or now) + TURNED_AWAY_APART
    return min(max(now + ASK_AGAIN_AFTER, after_the_last), now + ASK_AGAIN_AT_LAST)


def shortened(waiting: Mapping[str, PlaceT], excess: int) -> dict[str, PlaceT]:
    """Return the queue without the last of it, `excess` bytes or more.

    Long names make a queue larger than a run may begin with. Who is left out is not remembered as
    one that has left, so asking again it joins the end.
    """
    kept = dict(waiting)
    while kept and excess > 0:
        request_id, last = kept.popitem()
        excess -= len(request_id) + size(last)
    return kept
