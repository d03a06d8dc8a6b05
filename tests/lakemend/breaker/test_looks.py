from datetime import timedelta

from lakemend.breaker.machine import HolderGone, next_deadline
from lakemend.breaker.settings import WhenOpen
from lakemend.permit import Decision, PermitOutcome
from tests.lakemend.breaker.driven_breaker import START, DrivenBreaker, at_once

MINUTE = timedelta(minutes=1)


def half_open(when_open: WhenOpen = WhenOpen.PARK) -> DrivenBreaker:
    """A half-open breaker; request 6 is its probe, and 7 came when there was no room."""
    breaker = DrivenBreaker(at_once(when_open=when_open))
    for _ in range(5):
        breaker.ask()
        breaker.report(PermitOutcome.FAILURE)
    breaker.wait(300)
    breaker.tick()
    assert breaker.ask().probe
    assert breaker.ask().decision is not Decision.GRANTED
    return breaker


def looks(breaker: DrivenBreaker, until: timedelta) -> list[float]:
    """The minutes after which the holder of the probe was told again."""
    began, found = breaker.now, list[float]()
    while (due := next_deadline(breaker.breaker)) and due <= began + until:
        breaker.wait((due - breaker.now).total_seconds())
        answers = len(breaker.answers)
        breaker.tick()
        told = breaker.answers[answers:]
        if [answer.request_id for answer in told] == ["6"]:
            found.append((breaker.now - began) / MINUTE)
    return found


def test_the_holder_of_a_probe_is_looked_for_ever_more_rarely() -> None:
    assert looks(half_open(), MINUTE * 40) == [1, 3, 7, 15, 25, 35]


def test_it_is_looked_for_also_where_others_are_refused() -> None:
    assert looks(half_open(WhenOpen.REJECT), MINUTE * 5) == [1, 3]


def test_the_probe_of_a_holder_that_is_gone_goes_to_the_next_in_line() -> None:
    breaker = half_open()

    breaker.wait(60)
    breaker.tick()
    breaker.tell(HolderGone(request_id="6"))

    assert breaker.answers[-1].request_id == "7"
    assert breaker.answers[-1].probe


def test_a_look_changes_neither_the_permit_nor_the_circuit() -> None:
    breaker = half_open()
    before = breaker.breaker.permits["6"]

    breaker.wait(60)
    breaker.tick()

    assert breaker.answers[-1].expires_at == before.expires_at
    assert breaker.state == "half_open"
    assert breaker.breaker.probes_out == 1


def test_whoever_acts_under_a_closed_circuit_is_left_alone() -> None:
    breaker = DrivenBreaker(at_once(permit_expires_after=timedelta(hours=3)))
    breaker.ask()

    assert next_deadline(breaker.breaker) == START + timedelta(hours=3)
