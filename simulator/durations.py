"""Durations as scenario files write them: `250ms`, `30s`, `5m`, `4h`, `2d`, or plain seconds."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _read(value: object) -> object:
    match = _PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return value
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


Duration = Annotated[timedelta, BeforeValidator(_read)]
