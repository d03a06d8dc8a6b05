from datetime import timedelta

import pytest

from lakemend.breaker.admission import MOST_HELD
from lakemend.breaker.machine import HolderGone, is_forgettable, next_deadline
from lakemend.breaker.settings import BreakerSettings, HalfOpenRule, UnknownCountsAs, Window
from lakemend.breaker.state import KEPT_EVENTS, TRANSITIONS, Circuit, Trigger, move
from lakemend.permit import Decision, PermitOutcome, PermitReport, PermitRequest, Reconfigure
from tests.lakemend.breaker.driven_breaker import START, DrivenBreaker, at_once

FAILURE, SUCCESS = PermitOutcome.FAILURE, PermitOutcome.SUCCESS
IGNORED, UNKNOWN = PermitOutcome.IGNORED, PermitOutcome.UNKNOWN
DEFAULT = at_once()


def driven(settings: BreakerSettings = DEFAULT) -> DrivenBreaker:
    return DrivenBreaker(settings)


def opened(settings: BreakerSettings = DEFAULT) -> DrivenBreaker:
    breaker = driven(settings)
    run(breaker, FAILURE, settings.failure_threshold)
    return breaker


def half_opened(settings: BreakerSettings = DEFAULT) -> DrivenBreaker:
    breaker = opened(settings)
    breaker.wait(settings.open_for.total_seconds())
    breaker.tick()
    return breaker


def run(breaker: DrivenBreaker, outcome: PermitOutcome, times: int = 1) -> None:
    for _ in range(times):
        assert breaker.acquire()
        breaker.report(outcome, breaker.out[-1])


def configure(breaker: DrivenBreaker, **settings: object) -> None:
    breaker.tell(Reconfigure(by="kim", reason="a test", settings=dict(settings)))


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


def test_jitter_spreads_the_reopenings_of_one_key() -> None:
    breaker = opened(at_once(open_jitter=0.2))
    waits: set[float] = set()

    for _ in range(3):
        assert breaker.breaker.until is not None
        waits.add((breaker.breaker.until - breaker.now).total_seconds())
        breaker.wait(360)
        run(breaker, FAILURE)

    assert len(waits) == 3


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


def test_a_report_that_starts_a_breaker_brings_its_settings() -> None:
    breaker = driven()
    failed = PermitReport(request_id="r", outcome=FAILURE, settings=at_once(failure_threshold=1))

    breaker.tell(failed)

    assert breaker.state == "open"


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
