from datetime import timedelta

import pytest

from lakemend.breaker.state import Trigger
from lakemend.permit import PermitReport
from tests.lakemend.breaker.driven_breaker import (
    FAILURE,
    START,
    SUCCESS,
    DrivenBreaker,
    at_once,
    driven,
    half_opened,
    opened,
    run,
)


def test_each_reopening_waits_longer_up_to_the_cap() -> None:
    settings = at_once(open_growth=2, open_for_max=timedelta(seconds=1000))
    breaker = opened(settings)
    waits: list[float] = []

    for _ in range(4):
        assert breaker.breaker.until is not None
        waits.append((breaker.breaker.until - breaker.now).total_seconds())
        breaker.wait(waits[-1])
        run(breaker, FAILURE)

    assert waits == [300, 600, 1000, 1000]


def test_after_very_many_reopenings_the_cap_still_holds() -> None:
    settings = at_once(open_growth=10)
    breaker = opened(settings)

    for _ in range(320):
        breaker.wait(settings.open_for_max.total_seconds())
        run(breaker, FAILURE)

    assert breaker.breaker.until == breaker.now + settings.open_for_max


def test_after_it_has_closed_the_wait_is_short_again() -> None:
    breaker = half_opened(at_once(open_growth=2))
    run(breaker, SUCCESS, 2)

    run(breaker, FAILURE, 5)

    assert breaker.breaker.until == breaker.now + timedelta(seconds=300)


def test_jitter_spreads_the_waits_of_different_keys() -> None:
    settings = at_once(open_jitter=0.2)
    waits: set[float] = set()

    for name in ("a", "b", "c"):
        breaker = DrivenBreaker(settings, name)
        run(breaker, FAILURE, 5)
        assert breaker.breaker.until is not None
        waits.add((breaker.breaker.until - breaker.now).total_seconds())

    assert len(waits) == 3
    assert all(240 <= wait <= 360 for wait in waits)


def test_jitter_lengthens_no_wait_beyond_the_cap_and_spreads_them_below_it() -> None:
    settings = at_once(open_jitter=0.2, open_for_max=timedelta(minutes=5))
    waits: set[float] = set()

    for number in range(20):
        breaker = DrivenBreaker(settings, f"key-{number}")
        run(breaker, FAILURE, 5)
        assert breaker.breaker.until is not None
        waits.add((breaker.breaker.until - breaker.now).total_seconds())

    assert len(waits) == 20
    assert all(240 <= wait <= 300 for wait in waits)
    assert min(waits) < 260
    assert max(waits) > 280


def test_jitter_spreads_the_reopenings_of_one_key() -> None:
    breaker = opened(at_once(open_jitter=0.2))
    waits: set[float] = set()

    for _ in range(3):
        assert breaker.breaker.until is not None
        waits.add((breaker.breaker.until - breaker.now).total_seconds())
        breaker.wait(360)
        run(breaker, FAILURE)

    assert len(waits) == 3


def test_recoveries_from_before_it_opened_do_not_open_it_anew() -> None:
    """Where no breaker ran they have no permit, and their duration tells when they began."""
    breaker = driven()

    def fail(number: int, began_ago: timedelta) -> None:
        failed = PermitReport(request_id=f"r{number}", outcome=FAILURE, duration=began_ago)
        breaker.tell(failed)

    for number in range(5):
        fail(number, timedelta(minutes=1))
    breaker.wait(300)
    run(breaker, SUCCESS, 2)
    for number in range(5, 10):
        fail(number, timedelta(hours=1))

    assert breaker.state == "closed"
    assert breaker.breaker.totals.late == 5


def test_recoveries_that_began_after_it_closed_open_it_anew_without_a_permit_too() -> None:
    breaker = half_opened()
    run(breaker, SUCCESS, 2)
    breaker.wait(60)

    for number in range(5):
        failed = PermitReport(
            request_id=f"r{number}", outcome=FAILURE, duration=timedelta(seconds=59)
        )
        breaker.tell(failed)

    assert breaker.state == "open"


def test_a_failure_may_name_the_instant_until_which_it_opens() -> None:
    breaker = driven()
    maintenance_end = START + timedelta(hours=2)
    assert breaker.acquire()

    breaker.report(FAILURE, open_until=maintenance_end)
    breaker.wait(7199)

    assert breaker.ask().retry_at == maintenance_end
    breaker.wait(1)
    assert breaker.ask().probe


def test_a_named_instant_lengthens_an_open_circuit_and_never_shortens_it() -> None:
    breaker = driven()
    assert breaker.acquire()
    assert breaker.acquire()
    run(breaker, FAILURE, 5)

    breaker.report(FAILURE, open_until=START + timedelta(hours=2))
    breaker.report(FAILURE, open_until=START + timedelta(seconds=1))

    assert breaker.breaker.until == START + timedelta(hours=2)


@pytest.mark.parametrize("state", ["closed", "half_open"])
def test_a_late_failure_opens_nothing_whatever_instant_it_names(state: str) -> None:
    breaker = driven()
    early = breaker.ask()
    run(breaker, FAILURE, 5)
    breaker.wait(300)
    breaker.tick()
    if state == "closed":
        breaker.by_hand(Trigger.RESET)

    breaker.report(FAILURE, early.request_id, open_until=breaker.now + timedelta(hours=8))

    assert breaker.state == state
    assert breaker.breaker.totals.late == 1


def test_a_named_instant_that_is_near_leaves_the_usual_time() -> None:
    breaker = driven()
    assert breaker.acquire()

    breaker.report(FAILURE, open_until=START + timedelta(seconds=1))

    assert breaker.breaker.until == START + timedelta(minutes=5)


def test_a_named_instant_in_the_past_opens_nothing() -> None:
    breaker = driven()
    assert breaker.acquire()
    breaker.wait(10)

    breaker.report(FAILURE, open_until=START)

    assert breaker.state == "closed"


def test_a_named_instant_does_not_end_a_hold() -> None:
    breaker = driven()
    assert breaker.acquire()
    breaker.by_hand(Trigger.FORCE_OPEN)

    breaker.report(FAILURE, open_until=START + timedelta(hours=2))

    assert (breaker.state, breaker.breaker.until) == ("forced_open", None)
