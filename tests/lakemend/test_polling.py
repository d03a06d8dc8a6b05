from datetime import timedelta

from lakemend.polling import poll_delay

INTERVAL = timedelta(seconds=32)


def test_first_look_comes_soon() -> None:
    assert poll_delay(1, INTERVAL) == timedelta(seconds=4)


def test_looks_become_rarer_up_to_four_intervals() -> None:
    delays = [poll_delay(looks, INTERVAL) for looks in range(1, 1000)]

    assert delays == sorted(delays)
    assert delays[-1] == 4 * INTERVAL
