"""Instants that can be compared with each other."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def in_utc(at: datetime) -> datetime:
    """Return an instant that can be compared with others; one without a zone is meant in UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _leaves_room(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"should be between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at


FIRST_YEAR, LAST_YEAR = 1970, 9000
"""The calendar of `datetime` ends with 9999: a duration can be added to any instant of these."""

Instant = Annotated[datetime, AfterValidator(in_utc), AfterValidator(_leaves_room)]
