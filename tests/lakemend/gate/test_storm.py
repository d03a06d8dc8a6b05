"""Storms at a gate: what parks, what passes, and how it ends."""

from datetime import timedelta

from lakemend.gate.state import GateState
from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateSettings
from lakemend.gate.view import describe, status
from lakemend.permit import Decision, PermitOutcome
from tests.lakemend.gate.driven_gate import NOON, DrivenGate

SETTINGS = GateSettings(
    max_recoveries=100,
    storm=StormSettings(
        incidents=4,
        window=timedelta(minutes=5),
        probe_pause=timedelta(minutes=1),
        probe_pause_max=timedelta(minutes=3),
    ),
)


def stormy(count: int = 20) -> DrivenGate:
    """A gate at which so many incidents of one cause have just arrived."""
    driven = DrivenGate(SETTINGS)
    driven.ask_many(count)
    return driven


def under_way_in_storm(driven: DrivenGate) -> list[str]:
    return [key for key, slot in driven.gate.slots.items() if slot.storm_id]


def test_as_many_as_usual_are_no_storm() -> None:
    driven = stormy(4)

    assert driven.gate.state is GateState.PASSING
    assert len(driven.under_way) == 4


def test_one_too_many_within_the_window_is_the_canary_and_the_rest_waits() -> None:
    driven = stormy(7)

    assert driven.gate.state is GateState.STORM
    assert under_way_in_storm(driven) == ["r4"]
    assert driven.answers["r4"].probe
    assert driven.answers["r6"].decision is Decision.PARKED
    assert driven.answers["r6"].place == 2
    assert driven.answers["r6"].reason == "storm of network, one is tried first"
    assert driven.answers["r6"].storm == driven.gate.storms["network"].storm_id


def test_arrivals_spread_over_time_are_no_storm() -> None:
    driven = DrivenGate(SETTINGS)

    for number in range(20):
        driven.ask(f"r{number}")
        driven.wait(80)

    assert driven.kinds == []


def test_another_cause_is_not_held_back() -> None:
    driven = stormy()

    assert driven.ask("other", cause="driver_oom") is Decision.GRANTED


def test_successes_let_one_two_and_four_at_a_time() -> None:
    driven = stormy()
    seen: list[int] = []

    for _ in range(3):
        for request_id in under_way_in_storm(driven):
            driven.report(request_id)
        seen.append(len(under_way_in_storm(driven)))

    assert seen == [2, 4, 8]
    assert [kind for kind in driven.kinds if kind != "storm.began"] == ["storm.ramped_up"] * 3


def test_a_failure_goes_back_to_one_after_a_pause() -> None:
    driven = stormy()
    driven.report("r4")
    first, second = under_way_in_storm(driven)

    driven.fail(first)
    driven.report(second)
    at_once = under_way_in_storm(driven)
    driven.wait(60)

    assert at_once == []
    assert len(under_way_in_storm(driven)) == 1
    assert driven.kinds[-1] == "storm.fell_back"


def test_pauses_between_failed_probes_grow_up_to_the_longest() -> None:
    driven = stormy()
    pauses: list[timedelta] = []

    for _ in range(4):
        driven.fail(under_way_in_storm(driven)[0])
        probe_at = driven.gate.storms["network"].probe_at
        assert probe_at is not None
        pauses.append(probe_at - driven.now)
        driven.wait(pauses[-1].total_seconds())

    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 2, 3, 3)]


def test_newcomers_learn_when_the_next_probe_is_due() -> None:
    driven = stormy()
    driven.fail("r4")

    driven.ask("late")

    assert driven.answers["late"].retry_at == NOON + timedelta(minutes=1)


def test_a_result_from_before_the_failure_proves_nothing() -> None:
    driven = stormy()
    driven.report("r4")
    first, second = under_way_in_storm(driven)

    driven.fail(first)
    driven.report(second)

    assert driven.gate.storms["network"].allowed == 1
    assert driven.gate.storms["network"].succeeded == 0


def test_a_canary_that_was_superseded_makes_room_for_another() -> None:
    driven = stormy()

    driven.report("r4", PermitOutcome.IGNORED)

    assert under_way_in_storm(driven) == ["r5"]
    assert driven.gate.storms["network"].allowed == 1


def test_a_canary_that_never_reports_makes_room_in_time() -> None:
    driven = DrivenGate(SETTINGS)
    for number in range(7):
        driven.ask(f"r{number}", hours=48)

    driven.wait(timedelta(hours=24).total_seconds())

    assert under_way_in_storm(driven) == ["r5"]


def test_it_ends_when_nobody_waits_and_arrivals_have_calmed() -> None:
    driven = stormy(8)
    while waiting := under_way_in_storm(driven):
        for request_id in waiting:
            driven.report(request_id)
    still_on = driven.gate.state

    driven.wait(5 * 60)

    assert still_on is GateState.STORM
    assert driven.gate.state is GateState.PASSING
    assert driven.kinds[-1] == "storm.ended"


def test_there_is_one_ticket_for_a_storm_whatever_its_size() -> None:
    driven = stormy(20)
    while waiting := under_way_in_storm(driven):
        for request_id in waiting:
            driven.report(request_id)
    driven.wait(5 * 60)

    (ticket,) = driven.tickets.values()

    assert ticket.began_with == tuple(f"incident-r{number}" for number in range(5))
    assert ticket.ended_at == driven.now
    assert ticket.tally.arrived == 20
    assert ticket.tally.let_through == ticket.tally.recovered == 16
    assert driven.kinds.count("storm.began") == driven.kinds.count("storm.ended") == 1


def test_the_bulkhead_holds_in_a_storm_too() -> None:
    driven = DrivenGate(SETTINGS.model_copy(update={"max_recoveries": 6}))
    driven.ask_many(30)

    for _ in range(4):
        for request_id in under_way_in_storm(driven):
            driven.report(request_id)
        assert len(driven.under_way) <= 6


def test_a_pause_stops_a_storm_and_resuming_goes_on_with_it() -> None:
    driven = stormy()
    driven.pause()
    driven.report("r4")
    while_paused = under_way_in_storm(driven)

    driven.resume()

    assert while_paused == []
    assert len(under_way_in_storm(driven)) == 2


def test_people_see_the_storm() -> None:
    assert "storm of network since 12:00:00 UTC: 15 parked, 1 at a time" in describe(stormy().gate)


def test_a_storm_never_promises_more_than_the_bulkhead_allows() -> None:
    driven = stormy(count=60)
    driven.settings = driven.settings.model_copy(update={"max_recoveries": 5})
    driven.ask("one more")

    while driven.gate.waiting:
        driven.report(driven.under_way[-1])

    assert driven.gate.storms["network"].allowed == 5


def test_in_a_storm_the_place_counts_those_of_its_cause() -> None:
    driven = DrivenGate(SETTINGS.model_copy(update={"max_recoveries": 5}))
    driven.ask_many(5)
    driven.ask("other", cause="driver_oom")
    driven.ask("late")

    assert driven.answers["other"].place == 1
    assert driven.answers["late"].place == 1
    assert [storm.waiting for storm in status(driven.gate).storms] == [1]


def test_once_it_has_ramped_up_those_let_through_are_no_probes() -> None:
    driven = stormy()

    driven.report("r4")
    driven.ask("late")

    first, second = under_way_in_storm(driven)
    storm_id = driven.gate.storms["network"].storm_id
    assert (driven.answers[first].probe, driven.answers[second].probe) == (False, False)
    assert driven.answers[second].storm == storm_id
    assert driven.answers["late"].reason == "storm of network, 2 go at a time"


def test_those_under_way_before_the_storm_are_no_probes() -> None:
    driven = stormy()

    driven.ask("r0")

    assert driven.answers["r0"].decision is Decision.GRANTED
    assert not driven.answers["r0"].probe


def test_a_probe_that_is_held_by_a_pause_still_names_its_storm() -> None:
    driven = stormy()

    driven.pause()

    assert driven.answers["r4"].decision is Decision.PARKED
    assert driven.answers["r4"].storm == driven.gate.storms["network"].storm_id


def test_who_has_waited_too_long_in_a_storm_is_told_in_which() -> None:
    driven = stormy()
    storm_id = driven.gate.storms["network"].storm_id

    driven.wait(timedelta(hours=4).total_seconds())

    assert driven.answers["r6"].decision is Decision.REJECTED
    assert driven.answers["r6"].storm == storm_id


def test_a_success_lets_the_pauses_begin_small_again() -> None:
    driven = stormy()
    for _ in range(2):
        driven.fail(under_way_in_storm(driven)[0])
        driven.wait(180)
    driven.report(under_way_in_storm(driven)[0])

    driven.fail(under_way_in_storm(driven)[0])

    assert driven.gate.storms["network"].probe_at == driven.now + timedelta(minutes=1)


def test_after_very_many_failures_the_longest_pause_still_holds() -> None:
    driven = stormy(count=60)

    for _ in range(45):
        driven.fail(under_way_in_storm(driven)[0])
        driven.wait(180)
    driven.fail(under_way_in_storm(driven)[0])

    assert driven.gate.storms["network"].probe_at == driven.now + timedelta(minutes=3)


def test_no_pause_is_shorter_than_the_usual_one() -> None:
    storm = SETTINGS.storm.model_copy(update={"probe_pause": timedelta(minutes=10)})
    driven = DrivenGate(SETTINGS.model_copy(update={"storm": storm}))
    driven.ask_many(20)

    driven.fail("r4")

    assert driven.gate.storms["network"].probe_at == NOON + timedelta(minutes=10)
    assert driven.kinds == ["storm.began", "storm.fell_back"]


def test_what_proves_nothing_is_counted_apart_and_not_written_down() -> None:
    driven = stormy()

    driven.report("r4", PermitOutcome.IGNORED)
    driven.report("r5", PermitOutcome.UNKNOWN)

    tally = driven.gate.storms["network"].tally
    assert (tally.recovered, tally.failed, tally.others) == (0, 0, 2)
    assert driven.kinds == ["storm.began"]


def test_what_was_under_way_before_the_storm_teaches_it_nothing() -> None:
    driven = stormy()

    driven.report("r0")
    driven.fail("r1")

    storm = driven.gate.storms["network"]
    assert (storm.allowed, storm.period, storm.tally.failed) == (1, 0, 0)


def test_one_storm_ends_and_another_goes_on() -> None:
    driven = stormy(5)
    driven.ask_many(8, cause="memory", prefix="m")
    driven.report("r4")

    driven.wait(5 * 60)

    assert list(driven.gate.storms) == ["memory"]


def test_a_storm_that_is_paused_counts_as_paused() -> None:
    driven = stormy()

    driven.pause()

    assert driven.gate.state is GateState.PAUSED


def test_what_a_storm_does_is_written_down_with_its_figures() -> None:
    driven = stormy()
    driven.ask_many(8, cause="memory", prefix="m")
    driven.report("r4")

    event = driven.gate.events[-1]

    assert event.data["cause"] == "network"
    assert (event.data["allowed"], event.data["waiting"]) == (2, 15)
    assert event.data["tally"]["recovered"] == 1


def test_a_storm_that_waits_for_its_end_looks_for_who_is_under_way() -> None:
    driven = stormy(5)

    driven.wait(60)

    assert driven.gate.slots["r4"].looks == 1


def test_it_ends_when_the_window_holds_half_as_many_as_begin_one() -> None:
    driven = DrivenGate(SETTINGS)
    for number in range(5):
        driven.ask(f"r{number}")
        driven.wait(20)
    for request_id in driven.under_way:
        driven.report(request_id)

    # the third of five leaves the window five minutes after it came
    driven.wait(239)
    before = "network" in driven.gate.storms
    driven.wait(1)

    assert before
    assert "network" not in driven.gate.storms


def test_it_does_not_end_while_one_that_it_let_through_is_under_way() -> None:
    driven = stormy(5)

    driven.wait(3600)
    before = "network" in driven.gate.storms
    driven.report("r4")

    assert before
    assert "network" not in driven.gate.storms


def test_of_thousands_of_arrivals_only_those_that_a_decision_needs_are_kept() -> None:
    driven = stormy(100)

    assert len(driven.gate.arrivals["network"]) == 5
    assert driven.gate.storms["network"].tally.arrived == 100


def test_the_ticket_says_where_the_incidents_are_listed() -> None:
    driven = stormy(5)

    (ticket,) = driven.tickets.values()

    assert ticket.incidents_url == f"/api/storms/{ticket.storm_id}"
