"""Small readers for raw JSON."""

from datetime import UTC, datetime
from typing import Any

from activities.workspace import Json
from lakemend.redaction import redact, trim

TEXT_LIMIT = 2000
_REDACTED_OF_LIMIT = 20


def moment(milliseconds: Any) -> datetime | None:
    """Read epoch milliseconds; the platform writes 0 or nothing for "not yet"."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Read the platform's own words, redacted before they are cut to the limit.

    A text of megabytes is cut to what can be redacted in milliseconds first; where that cut is, the
    second one leaves nothing of it, so that no half of a secret is shown.
    """
    if not value:
        return ""
    return trim(redact(trim(str(value), limit * _REDACTED_OF_LIMIT)), limit)


def identifier(value: Any) -> str:
    """Read an id; it may come as a number or a string."""
    return str(value) if value else ""


def part(raw: Json, name: str) -> Json:
    """Read a nested object that may be missing or null."""
    value: Json | None = raw.get(name)
    return value or {}


def parts(raw: Json, name: str) -> list[Json]:
    """Read a list of objects that may be missing or null."""
    value: list[Json] | None = raw.get(name)
    return value or []
