from datetime import timedelta

import pytest

from lakemend.polling import USUAL_INTERVAL, poll_delay, sooner

INTERVAL = timedelta(seconds=32)


def test_first_look_comes_soon() -> None:
    assert poll_delay(1, INTERVAL) == timedelta(seconds=4)


def test_looks_become_rarer_up_to_four_intervals() -> None:
    delays = [poll_delay(looks, INTERVAL) for looks in range(1, 1000)]

    assert delays == sorted(delays)
    assert delays[-1] == 4 * INTERVAL


@pytest.mark.parametrize(
    ("interval", "pause"),
    [
        (USUAL_INTERVAL, timedelta(seconds=10)),
        (USUAL_INTERVAL / 10, timedelta(seconds=1)),
        (timedelta(hours=1), timedelta(seconds=10)),
        (timedelta(milliseconds=1), timedelta(milliseconds=100)),
    ],
    ids=["usual", "shorter", "longer does not count", "not without end"],
)
def test_pause_of_an_action_is_shortened_with_the_interval(
    interval: timedelta, pause: timedelta
) -> None:
    assert sooner(timedelta(seconds=10), interval) == pause


def test_pause_that_is_short_already_stays() -> None:
    assert sooner(timedelta(milliseconds=5), timedelta(milliseconds=1)) == timedelta(milliseconds=5)
