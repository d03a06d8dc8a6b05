"""How a breaker counts, opens, tries again and queues: one frozen value per key."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, ValidationError

from lakemend.durations import Duration
from lakemend.model import Model

Percent = Annotated[float, Field(gt=0, le=100)]
Positive = Annotated[int, Field(ge=1)]
Time = Annotated[Duration, Field(gt=timedelta(0))]
Pause = Annotated[Duration, Field(ge=timedelta(0))]
Counted = Annotated[int, Field(ge=1, le=1000)]
"""As many calls as a window keeps: one that waited for more would never decide."""


class Window(StrEnum):
    """Which calls are looked at to decide whether it is too much."""

    CONSECUTIVE = "consecutive"
    COUNT = "count"
    TIME = "time"


class HalfOpenRule(StrEnum):
    """What ends half-open: successes in a row, or the failure rate of all probes."""

    SUCCESSES = "successes"
    RATE = "rate"


class LateReports(StrEnum):
    """What a report does whose permit was given before the last transition.

    `total` keeps it out of every decision; `count` takes it for a call of the current state, as
    resilience4j does, and is for comparing with it alone: it lets in more probes than allowed.
    """

    TOTAL = "total"
    COUNT = "count"


class UnknownCountsAs(StrEnum):
    """What a recovery counts as whose result could not be read."""

    SUCCESS = "success"
    FAILURE = "failure"
    IGNORED = "ignored"


class WhenOpen(StrEnum):
    """What a request gets that may not pass."""

    REJECT = "reject"
    PARK = "park"


class BreakerSettings(Model):
    """How one breaker works.

    `failure_threshold` belongs to the consecutive window; `window_size` (calls), `window_for`,
    `minimum_calls`, the rates (percent) and `slow_after` to the two others. `resume_rate` is
    permits a minute. `cool_down` holds whoever asks so soon after a recovery.
    """

    window: Window = Window.CONSECUTIVE
    failure_threshold: Counted = 5
    window_size: Counted = 20
    window_for: Time = timedelta(hours=1)
    minimum_calls: Counted = 10
    failure_rate: Percent = 50
    slow_rate: Percent = 100
    slow_after: Pause | None = None
    unknown_counts_as: UnknownCountsAs = UnknownCountsAs.FAILURE
    late_reports: LateReports = LateReports.TOTAL

    open_for: Time = timedelta(seconds=300)
    open_growth: Annotated[float, Field(ge=1, le=10)] = 1
    open_for_max: Time = timedelta(hours=1)
    open_jitter: Annotated[float, Field(ge=0, lt=1)] = 0

    half_open_rule: HalfOpenRule = HalfOpenRule.SUCCESSES
    success_threshold: Counted = 2
    half_open_permits: Positive = 1
    half_open_for_max: Time | None = None
    permit_expires_after: Time = timedelta(hours=24)

    when_open: WhenOpen = WhenOpen.REJECT
    park_for: Time = timedelta(hours=4)
    resume_rate: Annotated[float, Field(ge=0.001, le=100_000)] = 10
    forget_after: Time = timedelta(days=7)
    cool_down: Pause = timedelta(seconds=300)


def override(base: BreakerSettings, changes: Mapping[str, Any]) -> BreakerSettings:
    """Return `base` with some settings replaced; raises ValueError for a name or value not allowed.

    Applied once per level: default, then error type, then key.
    """
    return BreakerSettings.model_validate(base.model_dump() | checked(changes))


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes as they are written down; None, which takes a setting back, stays.

    Raises ValueError that names the setting, its value, and what is allowed.
    """
    return {name: _checked(name, value) for name, value in changes.items()}


def check_late_reports(value: Any) -> None:
    """Raise ValueError for what only the preset that imitates resilience4j may say."""
    if value == LateReports.COUNT:
        raise ValueError(
            "late_reports=count lets more probes pass than half_open_permits allows; "
            "leave it out, or say total"
        )


def _checked(name: str, value: Any) -> Any:
    if name not in BreakerSettings.model_fields:
        known = ", ".join(BreakerSettings.model_fields)
        raise ValueError(f"a breaker has no setting {name!r}; it has {known}")
    if value is None:
        return None
    if name == "late_reports":
        check_late_reports(value)
    try:
        read = BreakerSettings.model_validate({name: value})
    except ValidationError as error:
        raise ValueError(f"{name}={value}: {error.errors()[0]['msg']}") from error
    return read.model_dump(mode="json")[name]
