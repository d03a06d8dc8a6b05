"""What all parts of a scenario file share."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.durations import Duration

Json = dict[str, Any]
ZERO = timedelta(0)


class Entry(BaseModel):
    """Part of a scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limited(Entry):
    """Something wrong that ends by itself.

    `times` counts occurrences, `lasts` is time since the first one; with neither it never ends.
    """

    times: int | None = Field(default=None, ge=0)
    lasts: Duration | None = None
