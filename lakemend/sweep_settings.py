"""The settings of sweeps: how often, how far back at first, and of which jobs."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings

from lakemend.durations import parse_duration
from lakemend.setting_types import Pause
from lakemend.sweep import LONGEST_OUTAGE, SweepTerms, SweptJobs

# Each sweep is at least two calls; more often they would eat into those of the recoveries.
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=1)
_LONGEST_GRACE = timedelta(hours=1)
_EVERY = "a duration from 1m to 1d, or off"


def _off(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() == "off":
        return timedelta(0)
    duration = parse_duration(value)
    if isinstance(duration, str):
        raise ValueError(_EVERY)  # noqa: TRY004 pydantic reports a ValueError
    return duration


def _rarely(value: timedelta) -> timedelta:
    if value and not _SHORTEST <= value <= _LONGEST:
        raise ValueError(_EVERY)
    return value


def _within_reach(value: timedelta) -> timedelta:
    if value > LONGEST_OUTAGE:
        raise ValueError("a duration from 0 to 7d")
    return value


def _short(value: timedelta) -> timedelta:
    if value > _LONGEST_GRACE:
        raise ValueError("a duration from 0 to 1h")
    return value


Interval = Annotated[Pause, BeforeValidator(_off), AfterValidator(_rarely)]
LookBack = Annotated[Pause, AfterValidator(_within_reach)]
Grace = Annotated[Pause, AfterValidator(_short)]


class SweepVariables(BaseSettings):
    """The variables; part of `Settings`."""

    sweep_every: Interval = Field(
        default=timedelta(minutes=5), validation_alias="LAKEMEND_SWEEP_EVERY"
    )
    sweep_look_back: LookBack = Field(
        default=timedelta(hours=1), validation_alias="LAKEMEND_SWEEP_LOOK_BACK"
    )
    sweep_grace: Grace = Field(
        default=timedelta(minutes=2), validation_alias="LAKEMEND_SWEEP_GRACE"
    )
    sweep_jobs: SweptJobs = Field(default=SweptJobs.ALL, validation_alias="LAKEMEND_SWEEP_JOBS")

    @property
    def sweep(self) -> SweepTerms:
        """What sweeps go by."""
        return SweepTerms(
            every=self.sweep_every,
            look_back=self.sweep_look_back,
            grace=self.sweep_grace,
            jobs=self.sweep_jobs,
        )
