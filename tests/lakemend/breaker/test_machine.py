from datetime import timedelta

import pytest

from lakemend.breaker.admission import MOST_HELD
from lakemend.breaker.machine import is_forgettable, next_deadline
from lakemend.breaker.settings import BreakerSettings, UnknownCountsAs, Window
from lakemend.breaker.state import TRANSITIONS, Circuit, Trigger, move
from lakemend.permit import Decision, PermitOutcome, PermitReport, PermitRequest
from tests.lakemend.breaker.driven_breaker import (
    FAILURE,
    START,
    SUCCESS,
    UNKNOWN,
    at_once,
    configure,
    driven,
    half_opened,
    opened,
    run,
)


def test_it_opens_at_the_threshold_and_not_before() -> None:
    breaker = driven()

    run(breaker, FAILURE, 4)
    assert breaker.state == "closed"
    run(breaker, FAILURE)

    assert breaker.state == "open"
    refused = breaker.ask()
    assert refused.decision is Decision.REJECTED
    assert refused.retry_at == START + timedelta(seconds=300)


def test_a_success_in_between_starts_the_count_again() -> None:
    breaker = driven()

    run(breaker, FAILURE, 4)
    run(breaker, SUCCESS)
    run(breaker, FAILURE, 4)

    assert breaker.state == "closed"


def test_asking_twice_gives_the_same_permit() -> None:
    breaker = half_opened()
    request = PermitRequest(request_id="twice", holder="incident")

    first = breaker.tell(request).answers
    second = breaker.tell(request).answers

    assert first == second
    assert breaker.breaker.probes_out == 1


def test_reporting_twice_counts_once() -> None:
    breaker = driven()
    answer = breaker.ask()

    breaker.report(FAILURE, answer.request_id)
    breaker.report(FAILURE, answer.request_id)

    assert breaker.breaker.totals.failed == 1


def test_a_request_that_is_repeated_after_its_report_is_not_answered() -> None:
    breaker = driven()
    request = PermitRequest(request_id="late", holder="incident")
    breaker.tell(request)
    breaker.report(SUCCESS, "late")

    assert breaker.tell(request).answers == ()
    assert not breaker.breaker.permits


def test_a_request_that_was_refused_stays_refused_and_counts_once() -> None:
    """Whoever was told so has escalated: a permit would be a probe that nobody makes."""
    breaker = opened()
    refused = breaker.ask()
    assert refused.decision is Decision.REJECTED

    breaker.repeat(refused.request_id, "incident")
    breaker.wait(300)
    again = breaker.repeat(refused.request_id, "incident")

    assert again.decision is Decision.REJECTED
    assert breaker.breaker.totals.not_permitted == 1
    assert breaker.ask().probe


@pytest.mark.parametrize("outcome", [SUCCESS, FAILURE])
def test_a_result_that_comes_after_its_permit_ended_is_in_the_totals_once(
    outcome: PermitOutcome,
) -> None:
    breaker = driven()
    run(breaker, FAILURE, 5)
    breaker.wait(300)
    probe = breaker.ask()
    breaker.wait(86400)
    breaker.tick()
    before = breaker.breaker.totals

    breaker.report(outcome, probe.request_id)
    breaker.report(outcome, probe.request_id)

    after = breaker.breaker.totals
    assert (after.late, after.expired) == (1, 1)
    assert after.successful + after.failed == before.successful + before.failed + 1
    assert breaker.state == "half_open"
    assert not breaker.breaker.trial


def test_failures_in_a_row_of_one_source_count_as_one() -> None:
    breaker = driven()
    for number, source in enumerate(["a"] * 5 + ["b", "c", "d", "a", "e"]):
        assert breaker.state == "closed"
        breaker.tell(PermitReport(request_id=f"n{number}", outcome=FAILURE, source=source))

    assert breaker.state == "open"


def test_a_late_result_is_counted_without_a_transition() -> None:
    breaker = driven()
    early = breaker.ask()
    run(breaker, FAILURE, 5)
    breaker.wait(300)
    assert breaker.ask().probe

    breaker.report(FAILURE, early.request_id)

    assert breaker.state == "half_open"
    assert (breaker.breaker.totals.failed, breaker.breaker.totals.late) == (6, 1)


def test_a_report_without_a_permit_is_no_probe() -> None:
    breaker = half_opened()

    breaker.report(SUCCESS, "of a breaker that was lost")
    breaker.report(SUCCESS, "of another")

    assert breaker.state == "half_open"


@pytest.mark.parametrize(
    ("counts_as", "state"),
    [
        (UnknownCountsAs.FAILURE, "open"),
        (UnknownCountsAs.IGNORED, "half_open"),
        (UnknownCountsAs.SUCCESS, "closed"),
    ],
)
def test_an_unknown_outcome_counts_as_the_settings_say(
    counts_as: UnknownCountsAs, state: str
) -> None:
    breaker = half_opened(at_once(unknown_counts_as=counts_as, success_threshold=1))

    run(breaker, UNKNOWN)

    assert breaker.state == state


def test_a_report_that_starts_a_breaker_brings_its_settings() -> None:
    breaker = driven()
    failed = PermitReport(request_id="r", outcome=FAILURE, settings=at_once(failure_threshold=1))

    breaker.tell(failed)

    assert breaker.state == "open"


def test_a_report_of_an_old_plan_does_not_take_back_what_a_request_has_brought() -> None:
    breaker = driven()
    early = breaker.ask()
    breaker.settings = at_once(failure_threshold=9)
    breaker.ask()

    breaker.tell(PermitReport(request_id=early.request_id, outcome=FAILURE, settings=at_once()))

    assert breaker.breaker.settings.failure_threshold == 9


@pytest.mark.parametrize(
    ("first", "then", "counted"),
    [
        (at_once(failure_threshold=2), {"window": "count", "window_size": 8}, 8),
        (
            at_once(window=Window.COUNT, window_size=2, minimum_calls=2),
            {"window": "consecutive", "failure_threshold": 4},
            4,
        ),
    ],
    ids=["consecutive to count", "count to consecutive"],
)
def test_calls_that_only_another_window_needs_are_kept(
    first: BreakerSettings, then: dict[str, object], counted: int
) -> None:
    breaker = driven(first)
    run(breaker, SUCCESS, 10)

    configure(breaker, **then)

    assert breaker.breaker.counted(breaker.now).calls == counted


def test_another_kind_of_window_goes_on_with_the_calls_of_the_first() -> None:
    breaker = driven()
    run(breaker, FAILURE, 4)

    configure(breaker, window="count", window_size=10, minimum_calls=5, failure_rate=80)
    run(breaker, SUCCESS)

    assert breaker.state == "open"


def test_a_transition_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="closed knows no transition by probes_failed"):
        move(driven().breaker, Trigger.PROBES_FAILED, START, None)


def test_people_can_leave_every_state() -> None:
    by_hand = {Trigger.RESET, Trigger.FORCE_OPEN, Trigger.DISABLE, Trigger.METRICS_ONLY}

    assert all((circuit, trigger) in TRANSITIONS for circuit in Circuit for trigger in by_hand)


def test_a_breaker_is_forgettable_only_with_nothing_to_remember() -> None:
    breaker = driven()
    assert is_forgettable(breaker.breaker, breaker.now)

    breaker.ask()
    assert not is_forgettable(breaker.breaker, breaker.now)
    breaker.report(FAILURE)
    assert not is_forgettable(breaker.breaker, breaker.now)
    run(breaker, SUCCESS)
    assert is_forgettable(breaker.breaker, breaker.now)
    configure(breaker, failure_threshold=3)

    assert not is_forgettable(breaker.breaker, breaker.now)


@pytest.mark.parametrize("state", ["open", "half_open", "forced_open", "disabled", "metrics_only"])
def test_a_breaker_that_is_not_closed_is_remembered(state: str) -> None:
    breaker = half_opened() if state == "half_open" else opened()
    orders = {
        "forced_open": Trigger.FORCE_OPEN,
        "disabled": Trigger.DISABLE,
        "metrics_only": Trigger.METRICS_ONLY,
    }
    if state in orders:
        breaker.by_hand(orders[state])

    assert breaker.state == state
    assert not is_forgettable(breaker.breaker, breaker.now)


def test_old_failures_are_forgotten_in_the_end() -> None:
    breaker = driven(at_once(forget_after=timedelta(days=7)))
    run(breaker, FAILURE)
    assert next_deadline(breaker.breaker) == START + timedelta(days=7)

    breaker.wait(7 * 86400)
    breaker.tick()

    assert is_forgettable(breaker.breaker, breaker.now)


@pytest.mark.parametrize(
    ("window", "lasts"),
    [(Window.COUNT, timedelta(days=7)), (Window.TIME, timedelta(hours=1))],
)
def test_a_rate_remembers_successes_for_as_long_as_they_count(
    window: Window, lasts: timedelta
) -> None:
    breaker = driven(at_once(window=window))
    run(breaker, SUCCESS, 19)
    assert not is_forgettable(breaker.breaker, breaker.now)
    assert next_deadline(breaker.breaker) == START + lasts

    breaker.wait(lasts.total_seconds())
    breaker.tick()

    assert is_forgettable(breaker.breaker, breaker.now)


def test_more_than_it_can_carry_is_refused() -> None:
    breaker = driven()
    granted = [breaker.acquire() for _ in range(MOST_HELD)]

    answer = breaker.ask()

    assert all(granted)
    assert answer.decision is Decision.REJECTED


def test_a_slow_recovery_counts_against_the_slow_rate() -> None:
    settings = at_once(
        window=Window.COUNT,
        window_size=4,
        minimum_calls=2,
        slow_rate=50,
        slow_after=timedelta(minutes=30),
    )
    breaker = driven(settings)
    run(breaker, SUCCESS)
    assert breaker.acquire()

    breaker.wait(1801)
    breaker.report(SUCCESS)

    assert breaker.state == "open"
