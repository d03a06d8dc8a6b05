"""Small readers for raw JSON: what they return is bounded, well formed, and without secrets."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from activities.workspace import Json
from lakemend.redaction import HIDDEN, is_telling, redact, trim, well_formed

TEXT_LIMIT = 2000
NAME_LIMIT = 256
_REDACTED_OF_LIMIT = 20
BEGINNING = datetime.fromtimestamp(0, UTC)
_DIGITS = re.compile(r"[0-9]{1,20}")
_LATEST = datetime(3000, 1, 1, tzinfo=UTC).timestamp() * 1000


def moment(value: Any) -> datetime | None:
    """Read epoch milliseconds or ISO 8601; the platform writes 0 or nothing for "not yet".

    What is no instant is none that is known.
    """
    if isinstance(value, str):
        return _since_epoch(int(value)) if _DIGITS.fullmatch(value) else _iso(value)
    return _since_epoch(value) if type(value) in {int, float} else None


def began(raw: Json) -> datetime:
    """Return when something started, to sort by: what has not, or nobody knows when, is first."""
    return moment(raw.get("start_time")) or BEGINNING


def _since_epoch(milliseconds: float) -> datetime | None:
    if not 0 < milliseconds < _LATEST:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _iso(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Read words of the platform or of people, redacted before they are cut to the limit.

    A text of megabytes is cut to what can be redacted in milliseconds first; where that cut is, the
    second one leaves nothing of it, so that no half of a secret is shown.
    """
    if not value:
        return ""
    return trim(redact(well_formed(trim(str(value), limit * _REDACTED_OF_LIMIT))), limit)


def name(value: Any) -> str:
    """Read a name that people gave."""
    return text(value, NAME_LIMIT)


def texts(values: Mapping[str, Any], limit: int, at_most: int) -> dict[str, str]:
    """Read the first of named texts; under a telling name the whole value is hidden."""
    return {
        name(key): HIDDEN if value and is_telling(key) else text(value, limit)
        for key, value in islice(values.items(), at_most)
    }


def word(value: Any) -> str:
    """Read a code, a state or a type, as the platform spells it."""
    return trim(well_formed(str(value)), NAME_LIMIT) if value else ""


def identifier(value: Any) -> str:
    """Read an id; it may come as a number or a string."""
    return word(value)


def part(raw: Json, name: str) -> Json:
    """Read a nested object that may be missing or null."""
    value: Json | None = raw.get(name)
    return value or {}


def parts(raw: Json, name: str) -> list[Json]:
    """Read a list of objects that may be missing or null."""
    value: list[Json] | None = raw.get(name)
    return value or []
