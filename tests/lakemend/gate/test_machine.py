from datetime import datetime, timedelta

import pytest

from lakemend.gate.machine import HolderGone, PauseOrder, is_forgettable, next_deadline
from lakemend.gate.state import KEPT_ENDED, KEPT_EVENTS, GateState
from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateRequest, GateSettings
from lakemend.gate.view import MOST_LISTED, audit_entries, describe, status, waiting
from lakemend.permit import Decision, ManualChange, PermitOutcome
from lakemend.turning_away import MOST_WAITING
from tests.lakemend.gate.driven_gate import NOON, DrivenGate

TWO_AT_ONCE = GateSettings(max_recoveries=2)


def test_everybody_passes_when_nothing_holds_them_back() -> None:
    driven = DrivenGate()

    assert driven.ask("r1") is Decision.GRANTED
    assert driven.answers["r1"].breaker == "gate:default"


def test_no_more_recoveries_at_a_time_than_the_bulkhead_allows() -> None:
    driven = DrivenGate(TWO_AT_ONCE)

    decisions = driven.ask_many(3)

    assert decisions == [Decision.GRANTED, Decision.GRANTED, Decision.PARKED]
    assert driven.answers["r2"].place == 1
    assert (
        driven.answers["r2"].reason == "budget max_recoveries allows 2 at a time; 2 are under way"
    )


def test_the_rest_follows_in_the_order_of_arrival() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(5)

    for done in ("r1", "r0", "r2"):
        driven.report(done)

    assert driven.granted == ["r0", "r1", "r2", "r3", "r4"]


def test_asked_twice_it_answers_the_same() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)

    again = [driven.ask("r0"), driven.ask("r2")]

    assert again == [Decision.GRANTED, Decision.PARKED]
    assert driven.under_way == ["r0", "r1"]
    arrived = [arrival.holder for arrival in driven.gate.arrivals["network"]]
    assert arrived == ["incident-r0", "incident-r1", "incident-r2"]


def test_a_request_that_has_ended_is_not_begun_again() -> None:
    driven = DrivenGate()
    driven.ask("r1")
    driven.report("r1")

    driven.ask("r1")

    assert driven.under_way == []


def test_who_leaves_the_queue_is_not_let_through_later() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(4)

    driven.report("r2", PermitOutcome.IGNORED)
    driven.report("r0")

    assert driven.under_way == ["r1", "r3"]


def test_who_waits_too_long_is_sent_away_with_the_reason() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(2)
    driven.ask("late", hours=1)

    driven.wait(3600)

    assert driven.answers["late"].decision is Decision.REJECTED
    assert "budget max_recoveries allows 2 at a time" in driven.answers["late"].reason
    assert not driven.gate.waiting


def test_a_holder_that_is_gone_makes_room() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)

    driven.tell(HolderGone(request_id="r0"))

    assert driven.under_way == ["r1", "r2"]
    assert driven.kinds == ["gate.permit_expired"]


def test_those_who_keep_others_waiting_are_looked_for_ever_more_rarely() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)

    driven.wait(timedelta(hours=1).total_seconds())

    assert [slot.looks for slot in driven.gate.slots.values()] == [8, 8]
    assert driven.under_way == ["r0", "r1"]


@pytest.mark.parametrize("held_up_by", ["nobody", "a pause"])
def test_nobody_is_looked_for_when_nobody_waits_for_it(held_up_by: str) -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(2 if held_up_by == "nobody" else 3)
    if held_up_by == "a pause":
        driven.pause()

    driven.wait(timedelta(hours=1).total_seconds())

    assert [slot.looks for slot in driven.gate.slots.values()] == [0, 0]


def test_a_recovery_that_never_reports_makes_room_in_time() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(2)

    driven.wait(timedelta(hours=24).total_seconds())

    assert driven.under_way == []


def test_a_full_queue_sends_newcomers_away_for_a_while_and_keeps_nothing() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(MOST_WAITING + 2)

    decision = driven.ask("one too many")

    answer = driven.answers["one too many"]
    assert decision is Decision.PARKED
    assert answer.place == 0
    assert answer.retry_at == NOON + timedelta(minutes=15)
    assert "one too many" not in driven.gate.waiting
    assert len(driven.gate.model_dump_json()) < 2_000_000


def test_those_who_are_turned_away_come_back_one_after_the_other() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(MOST_WAITING + 2)

    driven.ask_many(15_000, prefix="late")

    first, middle, last = (driven.answers[f"late{number}"] for number in (0, 2999, 14_999))
    assert first.retry_at == NOON + timedelta(minutes=15)
    assert middle.retry_at == NOON + timedelta(minutes=24, seconds=59.8)
    assert last.retry_at == NOON + timedelta(hours=1)


def test_they_come_back_apart_also_when_one_of_them_has_found_room() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(MOST_WAITING + 2)
    driven.ask_many(500, prefix="late")
    driven.report("r0")
    driven.ask("found room")

    driven.ask("too late")

    assert driven.answers["too late"].retry_at == NOON + timedelta(minutes=16, seconds=40)


def test_who_comes_back_after_a_full_queue_is_no_new_arrival() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(MOST_WAITING + 2)
    driven.ask("late")
    arrived = driven.gate.storms["network"].tally.arrived
    driven.report("r0")

    decision = driven.ask("late", again=True)

    assert decision is Decision.PARKED
    assert driven.answers["late"].place > 0
    assert driven.gate.storms["network"].tally.arrived == arrived == MOST_WAITING + 3


def test_those_who_come_back_begin_no_storm() -> None:
    driven = DrivenGate()

    for number in range(100):
        driven.ask(f"late{number}", again=True)

    assert driven.kinds == []
    assert len(driven.under_way) == driven.settings.max_recoveries


def test_of_those_who_wait_each_leaves_when_its_own_time_is_over() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(2)
    for request_id, hours in (("patient", 3), ("hasty", 1), ("ordinary", 2)):
        driven.ask(request_id, hours=hours)

    left = list[list[str]]()
    for _ in range(3):
        driven.wait(3600)
        left.append(list(driven.gate.waiting))

    assert left == [["patient", "ordinary"], ["patient"], []]


def test_a_pause_parks_newcomers_and_tells_those_under_way() -> None:
    driven = DrivenGate()
    driven.ask("before")

    driven.pause()

    assert driven.ask("after") is Decision.PARKED
    assert driven.answers["before"].decision is Decision.PARKED
    assert driven.answers["after"].reason == "paused by ann: the zone is down"
    assert driven.gate.state is GateState.PAUSED


def test_resuming_lets_everybody_go_on_and_those_under_way_keep_their_place() -> None:
    driven = DrivenGate(GateSettings(max_recoveries=1))
    driven.ask("before")
    driven.pause()
    driven.ask("after")

    driven.resume()

    assert driven.answers["before"].decision is Decision.GRANTED
    assert driven.answers["after"].decision is Decision.PARKED
    assert driven.kinds == ["gate.paused", "gate.resumed"]


def test_a_pause_ends_by_itself_when_it_was_given_an_end() -> None:
    driven = DrivenGate()
    driven.pause(minutes=30)
    driven.ask("r1")
    retry_at = driven.answers["r1"].retry_at

    driven.wait(30 * 60)

    assert retry_at == NOON + timedelta(minutes=30)
    assert driven.answers["r1"].decision is Decision.GRANTED
    assert driven.gate.events[-1].actor == "lakemend"


def test_nobody_loses_its_leave_for_being_paused() -> None:
    driven = DrivenGate()
    driven.ask("r1")
    driven.pause()

    driven.wait(timedelta(hours=30).total_seconds())
    driven.resume()

    assert driven.answers["r1"].decision is Decision.GRANTED
    assert driven.under_way == ["r1"]


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    driven = DrivenGate()

    driven.resume()

    assert driven.kinds == []


@pytest.mark.parametrize("what", ["pause", "recovery", "arrival"])
def test_a_gate_with_something_to_remember_is_not_forgotten(what: str) -> None:
    driven = DrivenGate()
    if what == "pause":
        driven.pause()
    else:
        driven.ask("r1")
    if what == "arrival":
        driven.report("r1")

    assert not is_forgettable(driven.gate)


def test_a_gate_forgets_when_nothing_is_under_way_and_the_window_has_passed() -> None:
    driven = DrivenGate()
    driven.ask("r1")
    driven.report("r1")

    driven.wait(5 * 60)

    assert is_forgettable(driven.gate)
    assert next_deadline(driven.gate) is None


def test_people_see_who_waits_for_what() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)
    driven.pause(minutes=30)

    seen = status(driven.gate)

    assert (seen.state, seen.under_way, seen.most, seen.waiting) == ("paused", 2, 2, 1)
    assert [parked.holder for parked in waiting(driven.gate)] == ["incident-r2"]
    assert "**paused** by ann" in describe(driven.gate)
    assert "until 2026-03-02 12:30:00 UTC: the zone is down" in describe(driven.gate)


def test_what_people_do_goes_to_the_audit_trail_with_who_and_why() -> None:
    driven = DrivenGate()
    driven.pause()

    (entry,) = audit_entries(driven.gate, 0, "life")

    assert (entry.kind, entry.actor, entry.reason) == ("gate.paused", "ann", "the zone is down")
    assert entry.subject == "gate:default"


def test_who_is_turned_away_is_told_why_and_by_which_storm() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(MOST_WAITING + 3)

    answer = driven.answers[f"r{MOST_WAITING + 2}"]

    assert answer.reason == "the queue is full (5000); storm of network, one is tried first"
    assert answer.storm == driven.gate.storms["network"].storm_id


def test_who_is_under_way_learns_in_a_pause_that_nothing_further_is_to_begin() -> None:
    driven = DrivenGate()
    driven.ask("r1")
    driven.pause(minutes=30)

    again = driven.ask("r1")

    assert again is Decision.PARKED
    assert driven.answers["r1"].retry_at == NOON + timedelta(minutes=30)
    assert driven.under_way == ["r1"]


def test_a_leave_says_until_when_it_lasts() -> None:
    driven = DrivenGate()

    driven.ask("r1")

    assert driven.answers["r1"].expires_at == NOON + timedelta(hours=24)


def test_without_a_storm_the_place_counts_over_all_causes() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    for number, cause in enumerate(["network", "memory", "network", "memory", "capacity"]):
        driven.ask(f"r{number}", cause)

    assert [driven.answers[f"r{number}"].place for number in (2, 3, 4)] == [1, 2, 3]


def test_a_pause_without_a_reason_names_who_paused() -> None:
    driven = DrivenGate()
    driven.tell(PauseOrder(by_hand=ManualChange(by="ann")))

    driven.ask("r1")

    assert driven.answers["r1"].reason == "paused by ann"


def test_who_keeps_others_waiting_is_told_again_that_it_may_act() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)
    driven.answers.clear()

    driven.wait(60)

    assert {key: answer.decision for key, answer in driven.answers.items()} == {
        "r0": Decision.GRANTED,
        "r1": Decision.GRANTED,
    }


def test_one_that_is_gone_from_the_queue_is_nothing_to_write_down() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask_many(3)

    driven.tell(HolderGone(request_id="r2"))

    assert not driven.gate.waiting
    assert driven.kinds == []


def test_what_was_under_way_in_a_pause_gets_its_whole_time_again() -> None:
    driven = DrivenGate()
    driven.ask("r1")
    driven.pause()
    driven.wait(timedelta(hours=30).total_seconds())
    driven.resume()

    driven.wait(timedelta(hours=24).total_seconds() - 1)
    assert driven.under_way == ["r1"]
    driven.wait(1)

    assert driven.under_way == []


def test_pausing_and_resuming_say_who_why_and_how_many() -> None:
    driven = DrivenGate()
    driven.ask("before")
    driven.pause(minutes=30)
    driven.ask("after")

    driven.resume()

    paused, resumed = driven.gate.events
    assert paused.message == "Paused until 2026-03-02 12:30:00 UTC: 1 under way, 0 waiting"
    assert (resumed.actor, resumed.reason) == ("ann", "it is back")
    assert resumed.message == "Resumed: 1 go on, 1 waiting"


def test_the_last_hundred_events_and_thousand_ended_requests_are_kept() -> None:
    driven = DrivenGate()

    for number in range(KEPT_ENDED + 5):
        driven.report(f"r{number}", PermitOutcome.IGNORED)
    for _ in range(KEPT_EVENTS):
        driven.pause()
        driven.resume()

    assert len(driven.gate.ended) == KEPT_ENDED
    numbers = [event.number for event in driven.gate.events]
    assert numbers == list(range(KEPT_EVENTS + 1, 2 * KEPT_EVENTS + 1))


def test_a_list_of_who_waits_is_bounded_and_the_count_is_not() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.wait(60)
    driven.ask_many(2 + MOST_LISTED + 10)

    seen = status(driven.gate)

    assert (len(waiting(driven.gate)), seen.waiting) == (MOST_LISTED, MOST_LISTED + 10)
    assert seen.oldest_wait_since == NOON + timedelta(minutes=1)


def test_what_was_written_to_the_audit_trail_is_not_written_again() -> None:
    driven = DrivenGate()
    driven.pause(minutes=30)
    driven.resume()

    (entry,) = audit_entries(driven.gate, 1, "life")

    assert entry.kind == "gate.resumed"


def test_an_incident_that_asks_anew_is_no_further_arrival() -> None:
    driven = DrivenGate(TWO_AT_ONCE)
    driven.ask("first")
    driven.report("first", PermitOutcome.IGNORED)

    driven.ask("planned anew", by="first")

    assert len(driven.gate.arrivals["network"]) == 1


def test_a_gate_remembers_who_is_under_way_when_the_window_has_passed() -> None:
    driven = DrivenGate()
    driven.ask("1")

    driven.wait(3600)

    assert driven.gate.arrivals == {}
    assert not is_forgettable(driven.gate)


def test_a_full_queue_of_one_storm_turns_no_other_cause_away() -> None:
    driven = DrivenGate(GateSettings(storm=StormSettings(incidents=1)))
    driven.ask_many(MOST_WAITING + 2, "network")

    assert driven.ask("one_more", "network") is Decision.PARKED
    assert driven.ask("other", "capacity") is Decision.GRANTED


def test_room_that_a_request_brings_is_used_at_once() -> None:
    driven = DrivenGate(GateSettings(max_recoveries=3, storm=StormSettings(incidents=2)))
    driven.ask_many(3, "network")
    driven.ask("waiting", "capacity")

    driven.settings = GateSettings(max_recoveries=4, storm=StormSettings(incidents=2))
    driven.ask("one_more", "network")

    assert driven.answers["waiting"].decision is Decision.GRANTED
    assert driven.answers["one_more"].decision is Decision.PARKED


def test_who_asks_when_a_pause_ends_does_not_keep_those_waiting_who_may_pass() -> None:
    driven = DrivenGate(GateSettings(storm=StormSettings(incidents=2)))
    driven.ask_many(3, "network")
    driven.pause(minutes=10)
    driven.ask("waiting", "capacity")

    driven.now += timedelta(minutes=10)
    driven.ask("one_more", "network")

    assert driven.answers["waiting"].decision is Decision.GRANTED
    assert driven.answers["one_more"].decision is Decision.PARKED


def test_settings_that_were_read_earlier_replace_none_that_were_read_later() -> None:
    driven = DrivenGate()
    driven.settings = GateSettings(max_recoveries=5)
    driven.ask("new")

    driven.tell(planned(NOON - timedelta(hours=1), most=50))

    assert driven.gate.settings.max_recoveries == 5


def test_settings_of_a_wrong_clock_are_replaced_by_the_next() -> None:
    driven = DrivenGate()
    driven.tell(planned(NOON + timedelta(days=1000), most=7))

    driven.settings = GateSettings(max_recoveries=9)
    driven.ask("next")

    assert driven.gate.settings.max_recoveries == 9


def planned(at: datetime, *, most: int) -> GateRequest:
    return GateRequest(
        request_id="planned",
        holder="incident-planned",
        cause="network",
        settings=GateSettings(max_recoveries=most),
        planned_at=at,
    )
