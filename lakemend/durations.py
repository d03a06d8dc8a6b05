"""Durations as people write them: `30s`, `5m`, `4h`, `1d`, or a plain number of seconds."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

LONGEST = timedelta(days=36500)
"""Beyond some thousand years, adding to an instant is an error; nobody means that many."""

_PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(value: object) -> object:
    """Read `30s`, `5m`, `4h`, `1d`, `250ms` or `600`; anything else is left to pydantic."""
    if not isinstance(value, str):
        return value
    match = _PATTERN.fullmatch(value.strip())
    if match is None:
        return value
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[match[2] or "s"])
    except OverflowError:
        return value


def _bounded(value: timedelta) -> timedelta:
    if abs(value) > LONGEST:
        raise ValueError(f"should be {format_duration(LONGEST)} at most")
    return value


def format_duration(value: timedelta) -> str:
    """Write the shortest form that reads back the same: `5m` rather than `300s`."""
    seconds = value.total_seconds()
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:.0f}{unit}"
    # six places are a timedelta's resolution; `:g` would round 1234567s to 1.23457e+06
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration, json_schema_input_type=str | float),
    AfterValidator(_bounded),
    PlainSerializer(format_duration, return_type=str),
]
