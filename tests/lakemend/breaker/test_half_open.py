from datetime import timedelta

import pytest

from lakemend.breaker.machine import HolderGone, next_deadline
from lakemend.breaker.settings import HalfOpenRule
from tests.lakemend.breaker.driven_breaker import (
    FAILURE,
    IGNORED,
    START,
    SUCCESS,
    at_once,
    configure,
    driven,
    half_opened,
    opened,
    run,
)


def test_two_successful_probes_close_it_and_forget_the_failures() -> None:
    breaker = half_opened()

    run(breaker, SUCCESS, 2)

    assert breaker.state == "closed"
    assert breaker.breaker.calls == ()


def test_one_failed_probe_opens_it_again() -> None:
    breaker = half_opened()
    run(breaker, SUCCESS)

    run(breaker, FAILURE)

    assert breaker.state == "open"


def test_no_more_probes_than_allowed_slip_in_at_the_transition() -> None:
    breaker = opened(at_once(half_open_permits=2))
    breaker.wait(300)

    granted = [breaker.acquire() for _ in range(50)]

    assert granted.count(True) == 2


@pytest.mark.parametrize("rule", HalfOpenRule)
def test_an_ignored_probe_makes_room_for_another(rule: HalfOpenRule) -> None:
    breaker = half_opened(at_once(half_open_rule=rule))
    assert breaker.acquire()
    assert not breaker.acquire()

    breaker.report(IGNORED)

    assert breaker.acquire()


@pytest.mark.parametrize("rule", HalfOpenRule)
def test_a_probe_that_never_reports_makes_room_when_it_expires(rule: HalfOpenRule) -> None:
    settings = at_once(half_open_rule=rule, permit_expires_after=timedelta(hours=1))
    breaker = half_opened(settings)
    assert breaker.acquire()

    breaker.wait(3599)
    assert not breaker.acquire()
    breaker.wait(1)

    assert breaker.acquire()
    assert breaker.breaker.totals.expired == 1


def test_fewer_permits_in_half_open_do_not_leave_it_without_a_verdict() -> None:
    settings = at_once(half_open_rule=HalfOpenRule.RATE, half_open_permits=2)
    breaker = half_opened(settings)
    run(breaker, SUCCESS)

    configure(breaker, half_open_permits=1)
    run(breaker, SUCCESS)

    assert breaker.state == "closed"


def test_half_open_ends_when_no_probe_reports_in_time() -> None:
    breaker = half_opened(at_once(half_open_for_max=timedelta(minutes=10)))
    assert breaker.acquire()

    breaker.wait(600)
    breaker.tick()

    assert breaker.state == "open"


def test_half_open_without_a_probe_waits_for_one() -> None:
    breaker = half_opened(at_once(half_open_for_max=timedelta(minutes=10)))

    breaker.wait(86400)

    assert breaker.ask().probe


def test_a_holder_that_is_gone_makes_room() -> None:
    breaker = half_opened()
    probe = breaker.ask()

    breaker.tell(HolderGone(request_id=probe.request_id))

    assert breaker.acquire()


def test_a_probe_has_its_longest_time_from_when_it_was_given() -> None:
    breaker = half_opened(at_once(half_open_for_max=timedelta(seconds=50)))
    breaker.wait(3600)

    assert breaker.ask().probe

    assert next_deadline(breaker.breaker) == breaker.now + timedelta(seconds=50)


def test_the_longest_time_counts_from_the_first_of_several_probes() -> None:
    settings = at_once(half_open_for_max=timedelta(minutes=10), half_open_permits=2)
    breaker = half_opened(settings)
    assert breaker.acquire()
    breaker.wait(300)
    assert breaker.acquire()

    breaker.wait(299)
    breaker.tick()
    assert breaker.state == "half_open"
    breaker.wait(1)
    breaker.tick()

    assert breaker.state == "open"


def test_a_permit_that_nobody_reports_has_its_end_as_deadline() -> None:
    breaker = driven(at_once(permit_expires_after=timedelta(hours=1)))

    assert breaker.acquire()

    assert next_deadline(breaker.breaker) == START + timedelta(hours=1)
