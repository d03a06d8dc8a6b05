"""Raw settings as people may see them: the shape and the numbers, never a secret."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from lakemend.compute.raw_settings import Difference
from lakemend.redaction import HIDDEN, is_telling, redact, trim

# Under these, every value may be a secret, whatever its name says.
_OPAQUE = frozenset({"base_parameters", "parameters", "spark_env_vars"})
_LONGEST = 200
_LONGEST_LINE = 300
_REFERENCE = re.compile(r"\{\{secrets/[^{}]+\}\}")


def shown(settings: Any, name: str = "", *, opaque: bool = False) -> Any:
    """Return settings with every value hidden that is, or may be, a secret.

    References such as `{{secrets/scope/key}}` stay: they name a secret and are none.
    """
    hide = opaque or name in _OPAQUE
    if isinstance(settings, Mapping):
        mapping = cast("Mapping[str, Any]", settings)
        return {key: shown(value, key, opaque=hide) for key, value in mapping.items()}
    if isinstance(settings, list):
        entries = cast("list[Any]", settings)
        return [shown(each, name, opaque=hide) for each in entries]
    if not isinstance(settings, str):
        return settings
    if _REFERENCE.fullmatch(settings.strip()):
        return settings
    return HIDDEN if hide or is_telling(name) else redact(settings)


def shown_difference(difference: Difference) -> str:
    """Write `field: before -> after`, the values hidden as `shown` hides them."""
    parts = set(re.split(r"[.\[\]]", difference.field))
    opaque = not _OPAQUE.isdisjoint(parts)
    before, after = (
        _short(shown(value, difference.field, opaque=opaque))
        for value in (difference.before, difference.after)
    )
    return f"{difference.field}: {before} -> {after}"


def change_line(difference: Difference) -> str:
    """Write it as a history may keep it: bounded, and without secrets in names either."""
    named = difference._replace(field=redact(difference.field))
    return trim(shown_difference(named), _LONGEST_LINE)


def _short(value: Any) -> str:
    """Write a value as JSON on one line, cut where it is long."""
    text = "nothing" if value is None else json.dumps(value, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
