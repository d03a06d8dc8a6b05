"""Settings about how much: what a job may use within a day, and how long records are kept."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from lakemend.durations import Duration
from lakemend.retention import Retention

_SHORTEST = timedelta(days=1)
_SHORTEST_AUDIT = timedelta(days=30)


def _a_day(value: timedelta) -> timedelta:
    if value < _SHORTEST:
        raise ValueError("a duration of 1d or longer")
    return value


def _a_month(value: timedelta) -> timedelta:
    if value < _SHORTEST_AUDIT:
        raise ValueError("a duration of 30d or longer: an audit trail is for looking back")
    return value


Days = Annotated[Duration, AfterValidator(_a_day)]
Months = Annotated[Duration, AfterValidator(_a_month)]


class LimitSettings(BaseSettings):
    """A part of the settings; the smaller of these and a playbook's limits counts."""

    max_attempts_per_job_and_day: int = Field(
        default=30, ge=1, validation_alias="LAKEMEND_MAX_ATTEMPTS_PER_JOB_AND_DAY"
    )
    max_cost_factor_per_day: float = Field(
        default=60,
        ge=1,
        allow_inf_nan=False,
        validation_alias="LAKEMEND_MAX_COST_FACTOR_PER_DAY",
    )
    keep_snapshots: Days = Field(
        default=timedelta(days=30), validation_alias="LAKEMEND_KEEP_SNAPSHOTS"
    )
    keep_tickets: Days = Field(
        default=timedelta(days=365), validation_alias="LAKEMEND_KEEP_TICKETS"
    )
    keep_audit: Months = Field(default=timedelta(days=365), validation_alias="LAKEMEND_KEEP_AUDIT")
    keep_knowledge: Days = Field(
        default=timedelta(days=180), validation_alias="LAKEMEND_KEEP_KNOWLEDGE"
    )

    @property
    def retention(self) -> Retention:
        """How long records are kept."""
        return Retention(
            snapshots=self.keep_snapshots,
            tickets=self.keep_tickets,
            audit_entries=self.keep_audit,
            knowledge=self.keep_knowledge,
        )
