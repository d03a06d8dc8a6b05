from datetime import UTC, datetime, timedelta

import pytest

from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.breaker.window import KEPT_CALLS, Call, Calls, is_slow, is_too_much, record, tally

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
COUNT = BreakerSettings(window=Window.COUNT, window_size=4, minimum_calls=3, failure_rate=50)
TIME = BreakerSettings(
    window=Window.TIME, window_for=timedelta(minutes=1), minimum_calls=2, failure_rate=100
)


def calls(results: str, settings: BreakerSettings, apart: float = 1) -> Calls:
    """Record `f` for a failure and `s` for a success, so many seconds apart, the last at NOW."""
    recorded: Calls = ()
    for place, result in enumerate(results, start=1):
        at = NOW - timedelta(seconds=apart * (len(results) - place))
        recorded = record(recorded, Call(at=at, failed=result == "f"), settings)
    return recorded


@pytest.mark.parametrize(
    ("results", "too_much"),
    [
        ("ff", False),  # fewer than the minimum
        ("ffs", True),
        ("sssf", False),
        ("ssff", True),  # exactly the rate
        ("ffssss", False),  # the failures have left the window
    ],
)
def test_a_count_window_looks_at_the_last_calls(results: str, too_much: bool) -> None:
    counted = tally(calls(results, COUNT), COUNT, NOW)

    assert is_too_much(counted, COUNT) is too_much


def test_a_minimum_above_the_size_of_the_window_is_the_size() -> None:
    settings = COUNT.model_copy(update={"minimum_calls": 100})

    assert tally(calls("ffss", settings), settings, NOW).failure_rate == 50


def test_a_time_window_forgets_what_is_as_old_as_itself() -> None:
    recorded = calls("ff", TIME, apart=60)

    counted = tally(recorded, TIME, NOW)

    assert counted.calls == 1
    assert not is_too_much(counted, TIME)


def test_below_the_minimum_there_is_no_rate() -> None:
    assert tally(calls("f", TIME), TIME, NOW).failure_rate is None


def test_a_time_window_holds_no_more_than_it_may() -> None:
    recorded = calls("s" * (KEPT_CALLS + 5), TIME, apart=0)

    assert len(recorded) == KEPT_CALLS


def test_exactly_as_long_as_allowed_is_not_slow() -> None:
    settings = BreakerSettings(slow_after=timedelta(minutes=30))

    assert not is_slow(timedelta(minutes=30), settings)
    assert is_slow(timedelta(minutes=30, microseconds=1), settings)


def test_without_a_limit_nothing_is_slow() -> None:
    assert not is_slow(timedelta(days=30), BreakerSettings())
