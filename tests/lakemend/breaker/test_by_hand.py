from datetime import timedelta

import pytest

from lakemend.breaker.machine import next_deadline
from lakemend.breaker.state import KEPT_EVENTS, Trigger
from tests.lakemend.breaker.driven_breaker import (
    FAILURE,
    IGNORED,
    at_once,
    configure,
    driven,
    run,
)


def test_metrics_only_counts_and_lets_all_pass() -> None:
    breaker = driven()
    breaker.by_hand(Trigger.METRICS_ONLY)

    run(breaker, FAILURE, 20)

    assert breaker.state == "metrics_only"
    assert breaker.breaker.counted(breaker.now).consecutive_failures == 5
    assert breaker.breaker.totals.failed == 20


def test_disabled_lets_all_pass_and_counts_nothing() -> None:
    breaker = driven()
    breaker.by_hand(Trigger.DISABLE)

    run(breaker, FAILURE, 20)
    run(breaker, IGNORED)

    assert breaker.state == "disabled"
    assert breaker.breaker.totals.failed == 0
    assert breaker.breaker.totals.ignored == 0


@pytest.mark.parametrize(
    ("trigger", "after"),
    [
        (Trigger.FORCE_OPEN, "half_open"),
        (Trigger.DISABLE, "closed"),
        (Trigger.METRICS_ONLY, "closed"),
    ],
)
def test_a_manual_hold_ends_with_its_time(trigger: Trigger, after: str) -> None:
    breaker = driven()
    breaker.by_hand(trigger, timedelta(hours=1))
    held = breaker.state

    breaker.wait(3599)
    breaker.tick()
    assert breaker.state == held
    breaker.wait(1)
    breaker.tick()

    assert breaker.state == after


@pytest.mark.parametrize("trigger", [Trigger.FORCE_OPEN, Trigger.DISABLE, Trigger.METRICS_ONLY])
def test_a_manual_hold_does_not_shorten_a_wait_that_a_failure_has_named(trigger: Trigger) -> None:
    breaker = driven()
    assert breaker.acquire()
    named = breaker.now + timedelta(days=1)
    breaker.report(FAILURE, open_until=named)

    breaker.by_hand(trigger, timedelta(minutes=1))
    breaker.wait(60)
    breaker.tick()

    assert (breaker.state, breaker.breaker.until) == ("open", named)


def test_a_reset_ends_a_wait_that_a_failure_has_named_for_good() -> None:
    breaker = driven()
    assert breaker.acquire()
    breaker.report(FAILURE, open_until=breaker.now + timedelta(days=1))
    breaker.by_hand(Trigger.RESET)

    breaker.by_hand(Trigger.FORCE_OPEN, timedelta(minutes=1))
    breaker.wait(60)
    breaker.tick()

    assert breaker.state == "half_open"


def test_forced_open_without_an_end_stays() -> None:
    breaker = driven()
    breaker.by_hand(Trigger.FORCE_OPEN)

    breaker.wait(10**7)

    assert not breaker.acquire()
    assert next_deadline(breaker.breaker) is None


def test_a_manual_change_says_who_and_why() -> None:
    breaker = driven()

    breaker.by_hand(Trigger.FORCE_OPEN)

    event = breaker.breaker.events[-1]
    assert (event.kind, event.actor, event.reason) == ("forced_open", "kim", "a test")


def test_a_setting_made_by_hand_says_who_and_why() -> None:
    breaker = driven()

    configure(breaker, failure_threshold=3)

    event = breaker.breaker.events[-1]
    assert (event.kind, event.actor, event.reason) == ("configured", "kim", "a test")
    assert event.message == "Settings: failure_threshold=3"


def test_the_last_hundred_events_are_kept() -> None:
    breaker = driven()

    for _ in range(KEPT_EVENTS + 20):
        breaker.by_hand(Trigger.RESET)

    numbers = [event.number for event in breaker.breaker.events]
    assert numbers == list(range(21, 121))


def test_new_settings_keep_what_was_counted() -> None:
    breaker = driven()
    run(breaker, FAILURE, 2)

    configure(breaker, failure_threshold=3)
    run(breaker, FAILURE)

    assert breaker.state == "open"


def test_settings_taken_back_are_those_of_the_playbook_again() -> None:
    breaker = driven()
    configure(breaker, failure_threshold=3)

    configure(breaker, failure_threshold=None)

    assert breaker.breaker.settings.failure_threshold == 5
    assert breaker.breaker.overrides == {}


def test_what_people_set_outlives_a_change_of_the_playbook() -> None:
    breaker = driven()
    configure(breaker, failure_threshold=3)

    breaker.settings = at_once(failure_threshold=9, open_for=timedelta(hours=1))
    breaker.ask()

    assert breaker.breaker.settings.failure_threshold == 3
    assert breaker.breaker.settings.open_for == timedelta(hours=1)


def test_what_is_set_by_two_orders_adds_up() -> None:
    breaker = driven()

    configure(breaker, failure_threshold=3)
    configure(breaker, cool_down="1m")

    assert breaker.breaker.overrides == {"failure_threshold": 3, "cool_down": "1m"}
    assert breaker.breaker.settings.failure_threshold == 3
    assert breaker.breaker.settings.cool_down == timedelta(minutes=1)
