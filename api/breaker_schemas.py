"""What the API answers about circuit breakers, and what it takes."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, field_validator

from lakemend.breaker.settings import BreakerSettings, checked
from lakemend.breaker.state import BreakerEvent, Totals
from lakemend.breaker.view import WaitingRequest
from lakemend.permit import Lasts


class Breaker(BaseModel):
    """One circuit breaker; `note` says if a value may be old. Counts are null then.

    `cooling_until` ends the rest after a recovery; rates are percent, null below the minimum of
    calls; `overrides` are the settings that people changed for this breaker.
    """

    name: str
    state: str
    since: datetime | None = None
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    cooling_until: datetime | None = None
    failures: int | None = None
    successes: int | None = None
    consecutive_failures: int | None = None
    failure_rate: float | None = None
    slow_rate: float | None = None
    permits_out: int | None = None
    probes_out: int | None = None
    waiting: int | None = None
    oldest_wait_since: datetime | None = None
    openings: int | None = None
    totals: Totals | None = None
    settings: BreakerSettings | None = None
    overrides: dict[str, Any] | None = None
    note: str = ""


class BreakerList(BaseModel):
    """Every breaker that has something to remember; a missing one counts as closed."""

    total_circuits: int
    open_circuits: int
    circuits: list[Breaker]


class BreakerHistory(BaseModel):
    """The last hundred events of a breaker, oldest first."""

    name: str
    events: list[BreakerEvent]


class BreakerQueue(BaseModel):
    """Who waits for a breaker, first in the queue first."""

    name: str
    waiting: list[WaitingRequest]


class BreakerOrder(BaseModel):
    """Why a person changes a breaker by hand; kept in the audit trail."""

    reason: str = Field(default="", max_length=500)


class BreakerHold(BreakerOrder):
    """Why, and for how long; without `expires_after` until it is reset."""

    expires_after: Lasts | None = None


class BreakerConfiguration(BreakerOrder):
    """Settings of one breaker; null takes one back to what the playbook says."""

    settings: dict[str, Any] = Field(min_length=1)

    @field_validator("settings")
    @classmethod
    def _allowed(cls, value: dict[str, Any]) -> dict[str, Any]:
        return checked(value)
