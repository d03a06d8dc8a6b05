from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.breaker.state import Trigger
from lakemend.breaker.view import audit_entries, describe, status, waiting
from lakemend.permit import PermitOutcome
from tests.lakemend.breaker.driven_breaker import DrivenBreaker


def opened() -> DrivenBreaker:
    breaker = DrivenBreaker(BreakerSettings(when_open=WhenOpen.PARK), "Type:job-1")
    for _ in range(5):
        assert breaker.acquire()
        breaker.report(PermitOutcome.FAILURE)
    return breaker


def test_the_status_of_an_open_breaker_says_since_and_until_when() -> None:
    breaker = opened()
    breaker.ask()

    seen = status(breaker.breaker, breaker.now)

    assert (seen.name, seen.state, seen.failures, seen.waiting) == ("Type:job-1", "open", 5, 1)
    assert seen.opened_at == breaker.now
    assert seen.retry_at == breaker.breaker.until
    assert seen.oldest_wait_since == breaker.now


def test_the_status_of_a_half_open_breaker_counts_its_probes() -> None:
    breaker = opened()
    breaker.wait(300)
    assert breaker.acquire()
    breaker.report(PermitOutcome.SUCCESS)

    seen = status(breaker.breaker, breaker.now)

    assert (seen.failures, seen.successes, seen.retry_at) == (0, 1, None)


def test_the_queue_is_listed_in_order() -> None:
    breaker = opened()
    breaker.ask()
    breaker.ask()

    assert [(each.place, each.holder) for each in waiting(breaker.breaker)] == [
        (1, "incident-6"),
        (2, "incident-7"),
    ]


def test_the_page_for_people_says_state_queue_and_last_events() -> None:
    breaker = opened()
    breaker.by_hand(Trigger.FORCE_OPEN)

    page = describe(breaker.breaker, breaker.now)

    assert page.startswith("**forced_open** since 2026-05-01 12:00:00 UTC")
    assert "forced_open by kim: From open to forced_open by hand (a test)" in page
    assert "opened by lakemend: 5 of 5 recoveries failed" in page


def test_audit_entries_are_new_events_under_ids_of_their_own() -> None:
    breaker = opened()
    breaker.by_hand(Trigger.RESET)

    entries = audit_entries(breaker.breaker, since=1, life="run-1")

    assert [(entry.entry_id, entry.kind) for entry in entries] == [
        ("breaker:Type:job-1:run-1:2", "breaker.reset")
    ]
    assert entries[0].data == {"from": "open", "to": "closed"}
