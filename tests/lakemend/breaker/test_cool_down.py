"""The rest after a recovery, in which nobody may act on the same resource again."""

from datetime import timedelta

import pytest

from lakemend.breaker.machine import Tick, is_forgettable, next_deadline
from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.breaker.state import Trigger
from lakemend.breaker.view import describe, status
from lakemend.permit import Decision, PermitOutcome, PermitRequest, Reconfigure
from tests.lakemend.breaker.driven_breaker import START, DrivenBreaker

FIVE_MINUTES = timedelta(minutes=5)


def recovered(settings: BreakerSettings | None = None) -> DrivenBreaker:
    """A breaker that has just heard of a recovery."""
    breaker = DrivenBreaker(settings or BreakerSettings())
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS)
    return breaker


@pytest.mark.parametrize("when_open", WhenOpen)
def test_who_asks_too_soon_is_held_and_told_until_when(when_open: WhenOpen) -> None:
    breaker = recovered(BreakerSettings(when_open=when_open))

    answer = breaker.ask()

    assert answer.decision is Decision.PARKED
    assert (answer.state, answer.retry_at) == ("closed", START + FIVE_MINUTES)
    assert answer.reason == "the last recovery has still to show what it is worth"


def test_all_who_were_held_pass_when_the_rest_is_over() -> None:
    breaker = recovered()
    for _ in range(3):
        breaker.ask()
    assert next_deadline(breaker.breaker) == START + FIVE_MINUTES

    breaker.wait(299)
    breaker.tick()
    assert breaker.out == []
    breaker.wait(1)
    breaker.tick()

    assert breaker.out == ["2", "3", "4"]


def test_after_the_rest_everything_is_as_before() -> None:
    breaker = recovered()
    breaker.wait(300)

    assert breaker.acquire()


@pytest.mark.parametrize("outcome", [PermitOutcome.FAILURE, PermitOutcome.IGNORED])
def test_only_a_recovery_is_followed_by_a_rest(outcome: PermitOutcome) -> None:
    breaker = DrivenBreaker(BreakerSettings())
    assert breaker.acquire()

    breaker.report(outcome)

    assert breaker.acquire()


def test_a_breaker_remembers_the_rest_and_nothing_beyond_it() -> None:
    breaker = recovered()
    assert not is_forgettable(breaker.breaker, breaker.now)
    assert status(breaker.breaker, breaker.now).cooling_until == START + FIVE_MINUTES
    assert "resting until" in describe(breaker.breaker, breaker.now)

    breaker.wait(300)
    breaker.tick()

    assert is_forgettable(breaker.breaker, breaker.now)
    assert breaker.breaker.recovered_at is None


def test_a_later_recovery_does_not_move_what_was_promised() -> None:
    breaker = DrivenBreaker(BreakerSettings())
    assert breaker.acquire()
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS, "1")
    held = breaker.ask()

    breaker.wait(200)
    breaker.report(PermitOutcome.SUCCESS, "2")
    breaker.wait(100)
    breaker.tick()

    assert breaker.out == [held.request_id]
    assert breaker.ask().retry_at == START + timedelta(seconds=500)


def test_a_recovery_that_the_breaker_has_not_seen_counts_as_well() -> None:
    """By the records: of an earlier life of the breaker, or of another error of the same job."""
    breaker = DrivenBreaker(BreakerSettings())
    seen = START - timedelta(minutes=1)
    request = PermitRequest(request_id="r", holder="incident", recovered_at=seen)

    (answer,) = breaker.tell(request).answers

    assert answer.answer.decision is Decision.PARKED
    assert answer.answer.retry_at == seen + FIVE_MINUTES


def test_a_recovery_that_is_yet_to_come_is_one_of_now() -> None:
    """A clock that is ahead would hold everybody until then."""
    breaker = DrivenBreaker(BreakerSettings())
    ahead = START + timedelta(days=365)
    breaker.tell(PermitRequest(request_id="r", holder="incident", recovered_at=ahead))

    assert breaker.ask().retry_at == START + FIVE_MINUTES


def test_a_reset_ends_the_rest_for_good() -> None:
    breaker = recovered()
    held = breaker.ask()

    breaker.by_hand(Trigger.RESET)
    late = PermitRequest(request_id="r", holder="incident", recovered_at=START)
    (answer,) = breaker.tell(late).answers

    assert breaker.out == [held.request_id, "r"]
    assert answer.answer.decision is Decision.GRANTED


def test_a_reset_is_remembered_for_as_long_as_the_records_tell_of_the_rest() -> None:
    """Else a new breaker would hold the next request for the recovery that was settled."""
    breaker = recovered()
    breaker.wait(30)

    breaker.by_hand(Trigger.RESET)

    assert not is_forgettable(breaker.breaker, breaker.now)
    assert next_deadline(breaker.breaker) == breaker.now + FIVE_MINUTES
    breaker.wait(300)
    breaker.tick()
    assert is_forgettable(breaker.breaker, breaker.now)
    assert next_deadline(breaker.breaker) is None


def test_a_late_recovery_is_followed_by_its_rest_all_the_same() -> None:
    """It says nothing about the circuit, and the job was recovered just now."""
    breaker = DrivenBreaker(BreakerSettings())
    early = breaker.ask()
    breaker.by_hand(Trigger.RESET)

    breaker.report(PermitOutcome.SUCCESS, early.request_id)

    assert breaker.breaker.totals.late == 1
    assert breaker.ask().retry_at == START + FIVE_MINUTES


def test_a_shorter_rest_set_by_hand_counts_at_once() -> None:
    breaker = recovered()
    held = breaker.ask()

    breaker.tell(Reconfigure(by="kim", settings={"cool_down": "1m"}))
    breaker.wait(60)
    breaker.tick()

    assert breaker.out == [held.request_id]


def test_a_zero_set_by_hand_lets_the_held_pass() -> None:
    breaker = recovered()
    held = breaker.ask()

    breaker.tell(Reconfigure(by="kim", settings={"cool_down": 0}))

    assert breaker.out == [held.request_id]


def test_who_is_held_when_the_circuit_opens_is_refused() -> None:
    breaker = DrivenBreaker(BreakerSettings(failure_threshold=1))
    assert breaker.acquire()
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS, "1")
    held = breaker.ask()

    breaker.report(PermitOutcome.FAILURE, "2")

    last = breaker.answers[-1]
    assert (last.request_id, last.decision) == (held.request_id, Decision.REJECTED)
    assert breaker.breaker.waiting == {}


def test_who_is_held_when_the_circuit_opens_is_parked_where_the_playbook_parks() -> None:
    breaker = DrivenBreaker(BreakerSettings(failure_threshold=1, when_open=WhenOpen.PARK))
    assert breaker.acquire()
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS, "1")
    held = breaker.ask()
    breaker.wait(100)
    breaker.report(PermitOutcome.FAILURE, "2")

    breaker.wait(300)
    breaker.tick()

    assert breaker.state == "half_open"
    assert breaker.out == [held.request_id]


def test_who_was_held_when_the_circuit_opened_resumes_like_all_who_are_parked() -> None:
    settings = BreakerSettings(
        when_open=WhenOpen.PARK, failure_threshold=1, success_threshold=1, resume_rate=10
    )
    breaker = DrivenBreaker(settings)
    assert breaker.acquire()
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS, "1")
    held = [breaker.ask().request_id for _ in range(3)]
    breaker.report(PermitOutcome.FAILURE, "2")
    breaker.wait(300)
    breaker.tick()
    assert breaker.out == held[:1]

    breaker.report(PermitOutcome.SUCCESS, held[0])
    assert breaker.out == held[1:2]
    breaker.wait(6)
    breaker.tick()

    assert breaker.out == held[1:]


def test_probes_do_not_wait_for_each_other() -> None:
    breaker = DrivenBreaker(BreakerSettings(failure_threshold=1))
    assert breaker.acquire()
    breaker.report(PermitOutcome.FAILURE)
    breaker.wait(300)

    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS)
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS)

    assert breaker.state == "closed"
    assert breaker.ask().decision is Decision.PARKED


@pytest.mark.parametrize("trigger", [Trigger.DISABLE, Trigger.METRICS_ONLY])
def test_a_breaker_that_lets_all_pass_holds_nobody(trigger: Trigger) -> None:
    breaker = recovered()
    held = breaker.ask()

    breaker.by_hand(trigger)
    breaker.tell(Tick())

    assert held.request_id in breaker.out
    assert breaker.acquire()
