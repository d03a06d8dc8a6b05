from datetime import timedelta
from time import process_time

import pytest

from lakemend.breaker.admission import MOST_HELD
from lakemend.breaker.machine import next_deadline
from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.breaker.state import Trigger
from lakemend.breaker.view import waiting
from lakemend.permit import CancelRequest, Decision, PermitOutcome, PermitReport
from tests.lakemend.breaker.driven_breaker import DrivenBreaker, at_once, configure

PARK = at_once(when_open=WhenOpen.PARK, resume_rate=2, park_for=timedelta(hours=4))


def parked(count: int) -> DrivenBreaker:
    """An open breaker with requests 6, 7, ... in its queue."""
    breaker = DrivenBreaker(PARK)
    for _ in range(5):
        assert breaker.acquire()
        breaker.report(PermitOutcome.FAILURE)
    for _ in range(count):
        assert breaker.ask().decision is Decision.PARKED
    return breaker


def held(count: int) -> DrivenBreaker:
    """A breaker that rests, with requests 2, 3, ... in its queue."""
    breaker = DrivenBreaker(BreakerSettings())
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS)
    for _ in range(count):
        assert breaker.ask().decision is Decision.PARKED
    return breaker


def places(breaker: DrivenBreaker) -> list[str]:
    return [request.request_id for request in waiting(breaker.breaker)]


def test_a_parked_request_learns_its_place_and_the_next_probe() -> None:
    breaker = parked(1)

    answer = breaker.ask()

    assert answer.place == 2
    assert answer.retry_at == breaker.breaker.until


def test_the_oldest_goes_first_as_canary() -> None:
    breaker = parked(3)

    breaker.wait(300)
    breaker.tick()

    assert breaker.out == ["6"]
    assert places(breaker) == ["7", "8"]


def test_a_newcomer_does_not_overtake_the_queue() -> None:
    breaker = parked(2)
    breaker.wait(300)

    answer = breaker.ask()

    assert answer.decision is Decision.PARKED
    assert breaker.out == ["6"]


def test_after_closing_the_rest_resumes_at_the_rate() -> None:
    breaker = parked(6)
    breaker.wait(300)
    breaker.tick()
    breaker.report(PermitOutcome.SUCCESS, "6")
    breaker.report(PermitOutcome.SUCCESS, "7")
    assert breaker.state == "closed"
    assert breaker.out == ["8"]

    resumed: list[int] = []
    for _ in range(3):
        breaker.wait(30)
        breaker.tick()
        resumed.append(len(breaker.out))

    assert resumed == [2, 3, 4]


def test_a_failed_canary_leaves_the_rest_parked() -> None:
    breaker = parked(3)
    breaker.wait(300)
    breaker.tick()

    breaker.report(PermitOutcome.FAILURE, "6")

    assert breaker.state == "open"
    assert places(breaker) == ["7", "8"]


def test_a_canary_that_proves_nothing_is_followed_by_the_next() -> None:
    breaker = parked(2)
    breaker.wait(300)
    breaker.tick()

    breaker.report(PermitOutcome.IGNORED, "6")

    assert breaker.out == ["7"]


def test_who_was_parked_too_long_is_told_so() -> None:
    breaker = parked(1)
    breaker.by_hand(Trigger.FORCE_OPEN)

    breaker.wait(4 * 3600)
    breaker.tick()

    assert breaker.answers[-1].decision is Decision.REJECTED
    assert breaker.breaker.totals.not_permitted == 1
    assert places(breaker) == []
    assert breaker.repeat("6", "incident-6").decision is Decision.REJECTED


def test_a_superseded_incident_leaves_the_queue() -> None:
    breaker = parked(3)

    breaker.tell(CancelRequest(request_id="7"))

    assert places(breaker) == ["6", "8"]


def test_a_report_of_a_parked_request_takes_it_out_of_the_queue() -> None:
    breaker = parked(2)

    breaker.tell(PermitReport(request_id="6", outcome=PermitOutcome.IGNORED))

    assert places(breaker) == ["7"]


def test_asking_again_keeps_the_place() -> None:
    breaker = parked(2)
    place = waiting(breaker.breaker)[0]

    again = breaker.repeat(place.request_id, place.holder)

    assert again.place == 1
    assert places(breaker) == ["6", "7"]


def test_a_reset_lets_the_queue_resume() -> None:
    breaker = parked(3)

    breaker.by_hand(Trigger.RESET)

    assert breaker.out == ["6"]
    assert next_deadline(breaker.breaker) == breaker.now + timedelta(seconds=30)


def test_a_higher_rate_counts_for_those_who_wait_already() -> None:
    breaker = parked(4)
    configure(breaker, resume_rate=0.001)
    breaker.by_hand(Trigger.RESET)
    assert breaker.out == ["6"]

    configure(breaker, resume_rate=60)
    breaker.wait(1)
    breaker.tick()

    assert breaker.out == ["6", "7"]


def test_a_playbook_that_rejects_from_now_on_sends_the_queue_away() -> None:
    breaker = parked(2)
    breaker.settings = at_once()

    answer = breaker.ask()

    assert answer.decision is Decision.REJECTED
    assert places(breaker) == []


def test_room_that_a_request_brings_is_for_the_queue_first() -> None:
    breaker = parked(3)
    breaker.wait(300)
    breaker.tick()
    breaker.settings = PARK.model_copy(update={"half_open_permits": 3})

    answer = breaker.ask()

    assert answer.decision is Decision.PARKED
    assert breaker.out == ["6", "7", "8"]


def test_thousands_pass_in_one_task() -> None:
    """A workflow task that computes for two seconds counts as deadlocked."""
    breaker = held(MOST_HELD)
    breaker.wait(300)
    began = process_time()

    breaker.tick()

    assert process_time() - began < 1
    assert len(breaker.out) == MOST_HELD


@pytest.mark.parametrize("trigger", [Trigger.DISABLE, Trigger.METRICS_ONLY])
def test_where_everybody_passes_nobody_is_left_in_the_queue(trigger: Trigger) -> None:
    breaker = parked(300)

    breaker.by_hand(trigger)

    assert len(breaker.out) == 300
    assert breaker.acquire()
