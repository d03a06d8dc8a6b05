from datetime import timedelta

from lakemend.task_durations import slow_tasks

TEN = timedelta(minutes=10)
HOUR = timedelta(hours=1)


def test_task_beyond_the_factor_is_named_with_both_times() -> None:
    assert slow_tasks({"load": HOUR}, {"load": [TEN] * 3}, 3) == (
        "load took 60.0 min, usually 10.0 min",
    )


def test_one_slow_run_in_the_past_does_not_count() -> None:
    assert slow_tasks({"load": HOUR}, {"load": [TEN, TEN, HOUR]}, 3) != ()


def test_task_within_the_factor_is_fine() -> None:
    assert slow_tasks({"load": HOUR}, {"load": [TEN] * 3}, 6) == ()


def test_too_little_history_says_nothing() -> None:
    assert slow_tasks({"load": HOUR}, {"load": [TEN, TEN]}, 3) == ()


def test_what_is_short_anyway_is_not_judged() -> None:
    second = timedelta(seconds=1)

    assert slow_tasks({"load": 4 * second}, {"load": [second] * 3}, 3) == ()
