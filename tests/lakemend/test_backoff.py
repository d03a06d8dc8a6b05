from datetime import timedelta

import pytest

from lakemend.backoff import Backoff, pauses


@pytest.mark.parametrize(
    ("backoff", "seconds"),
    [
        (Backoff.FIXED, [30, 30, 30, 30]),
        (Backoff.LINEAR, [30, 60, 90, 100]),
        (Backoff.EXPONENTIAL, [30, 60, 100, 100]),
    ],
)
def test_pauses_grow_up_to_the_longest(backoff: Backoff, seconds: list[int]) -> None:
    found = pauses(backoff, attempts=5, base=timedelta(seconds=30), longest=timedelta(seconds=100))

    assert found == tuple(timedelta(seconds=value) for value in seconds)


def test_one_attempt_needs_no_pause() -> None:
    assert pauses(Backoff.FIXED, attempts=1, base=timedelta(1), longest=timedelta(1)) == ()
