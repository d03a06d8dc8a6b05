import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import ValidationError

from lakemend.breaker.settings import BreakerSettings, override
from lakemend.breaker.window import KEPT_CALLS
from lakemend.durations import format_duration
from lakemend.permit import Reconfigure

GUIDE = Path(__file__).parents[3] / "docs" / "circuit-breakers.md"


def test_each_level_overrides_the_one_above() -> None:
    default = BreakerSettings(failure_threshold=4, open_for=timedelta(minutes=1))

    of_error_type = override(default, {"open_for": "10m"})
    of_key = override(of_error_type, {"failure_threshold": 2})

    assert of_key.open_for == timedelta(minutes=10)
    assert of_key.failure_threshold == 2
    assert of_key.success_threshold == default.success_threshold


@pytest.mark.parametrize(
    "settings",
    [{"failure_treshold": 3}, {"failure_threshold": 0}, {"window": "weekly"}, {"open_for": "soon"}],
)
def test_a_setting_that_is_not_allowed_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Reconfigure(by="kim", settings=settings)


@pytest.mark.parametrize("name", ["minimum_calls", "success_threshold"])
def test_more_calls_than_a_breaker_keeps_cannot_be_waited_for(name: str) -> None:
    assert Reconfigure(by="kim", settings={name: KEPT_CALLS})
    with pytest.raises(ValidationError, match=f"{name}={KEPT_CALLS + 1}"):
        Reconfigure(by="kim", settings={name: KEPT_CALLS + 1})


def test_counting_late_reports_is_refused_because_it_lets_in_more_probes() -> None:
    with pytest.raises(ValidationError, match=r"late_reports=count.*say total"):
        Reconfigure(by="kim", settings={"late_reports": "count"})


def test_the_guide_lists_every_setting_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    listed = {name: default for name, default in rows if name in BreakerSettings.model_fields}

    assert listed == {
        name: _written(getattr(BreakerSettings(), name)) for name in BreakerSettings.model_fields
    }


def _written(value: object) -> str:
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, StrEnum):
        return f"`{value}`"
    return "none" if value is None else str(value)
