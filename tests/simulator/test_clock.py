from datetime import timedelta

import pytest

from simulator.clock import Clock
from simulator.records import About, ClockState


@pytest.fixture
def clock() -> Clock:
    return Clock(ClockState(now=1000, frozen=True))


def test_frozen_clock_moves_only_when_told(clock: Clock) -> None:
    clock.catch_up()
    assert clock.now == 1000

    clock.advance(timedelta(seconds=5))
    assert clock.milliseconds == 1_005_000


def test_timers_fire_in_order_at_their_own_time(clock: Clock) -> None:
    fired: list[tuple[int | str, float]] = []

    def note(about: About) -> None:
        fired.append((about["name"], clock.now))

    clock.on("note", note)
    clock.after(timedelta(seconds=9), "note", name="late")
    clock.after(timedelta(seconds=3), "note", name="early")
    clock.advance(timedelta(hours=1))

    assert fired == [("early", 1003), ("late", 1009)]
    assert clock.now == 4600


def test_timer_set_by_a_timer_counts_from_that_moment(clock: Clock) -> None:
    fired: list[float] = []
    clock.on("first", lambda _: clock.after(timedelta(seconds=2), "second"))
    clock.on("second", lambda _: fired.append(clock.now))

    clock.after(timedelta(seconds=3), "first")
    clock.advance(timedelta(hours=1))

    assert fired == [1005]


def test_factor_shortens_durations(clock: Clock) -> None:
    clock.set_pace(60, frozen=None)

    clock.after(timedelta(minutes=4), "anything")

    assert clock.next_due == 1004


def test_pending_timers_survive_in_the_state() -> None:
    state = ClockState(now=1000, frozen=True)
    first = Clock(state)
    first.after(timedelta(seconds=3), "note", name="kept")
    first.save()

    fired: list[About] = []
    second = Clock(ClockState.model_validate_json(state.model_dump_json()))
    second.on("note", fired.append)
    second.advance(timedelta(seconds=3))

    assert fired == [{"name": "kept"}]


def test_thawed_clock_goes_on_from_where_it_stood() -> None:
    clock = Clock(ClockState(now=1000, frozen=True))

    clock.set_pace(None, frozen=False)
    clock.catch_up()

    assert 1000 <= clock.now < 1001
