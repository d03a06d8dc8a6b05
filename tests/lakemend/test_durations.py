from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from lakemend.durations import Duration, format_duration

ADAPTER = TypeAdapter[timedelta](Duration)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("4h", 14400), ("1d", 86400), ("250ms", 0.25), ("600", 600)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert ADAPTER.validate_python(text) == timedelta(seconds=seconds)


def test_a_number_is_seconds() -> None:
    assert ADAPTER.validate_python(90) == timedelta(seconds=90)


def test_what_is_no_duration_is_refused() -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python("soon")


@pytest.mark.parametrize("text", ["0s", "45s", "5m", "4h", "1d", "0.25s", "90s"])
def test_what_is_written_reads_back_the_same(text: str) -> None:
    duration = ADAPTER.validate_python(text)

    assert ADAPTER.validate_python(format_duration(duration)) == duration
    assert format_duration(duration) == text


def test_nobody_means_more_than_a_hundred_years() -> None:
    with pytest.raises(ValidationError, match="36500d at most"):
        ADAPTER.validate_python("36501d")
