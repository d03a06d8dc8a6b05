"""Whatever happens in whatever order: what must hold of a gate at all times."""

from collections import Counter
from datetime import timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lakemend.gate.machine import Event, HolderGone, Tick, is_forgettable, next_deadline
from lakemend.gate.state import Gate
from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateReport, GateSettings
from lakemend.permit import Decision, PermitOutcome
from tests.lakemend.gate.driven_gate import DrivenGate

LIFETIME = timedelta(hours=3)
PARK_FOR = timedelta(hours=2)
CAUSES = ["network", "capacity", "memory"]
SETTINGS = st.builds(
    GateSettings,
    max_recoveries=st.integers(1, 6),
    storm=st.builds(
        StormSettings,
        incidents=st.integers(1, 4),
        window=st.just(timedelta(minutes=5)),
        probe_pause=st.just(timedelta(minutes=1)),
    ),
    permit_expires_after=st.just(LIFETIME),
)


class AnyGate(RuleBasedStateMachine):
    @initialize(settings=SETTINGS)
    def start(self, settings: GateSettings) -> None:
        self.driven = DrivenGate(settings)
        self.causes: dict[str, str] = {}
        self.left: set[str] = set()

    def tell(self, event: Event) -> None:
        before = self.driven.gate
        self.driven.tell(event)
        self.check_order(before)

    def check_order(self, before: Gate) -> None:
        """Of one cause, nobody is let through past somebody who asked before and still waits."""
        gate = self.driven.gate
        new = [key for key in gate.slots if key not in before.slots]
        waiting = set(gate.waiting)
        arrival = {key: number for number, key in enumerate(self.causes)}
        for key in new:
            overtaken = [
                other
                for other in waiting
                if self.causes[other] == self.causes[key] and arrival[other] < arrival[key]
            ]
            assert not overtaken
            storm = gate.storms.get(self.causes[key])
            if storm and gate.slots[key].storm_id == storm.storm_id:
                assert gate.under_way(storm) <= storm.allowed
        if gate.pause and before.pause:
            assert not new

    @rule(cause=st.sampled_from(CAUSES), times=st.integers(1, 6))
    def ask(self, cause: str, times: int) -> None:
        for _ in range(times):
            request_id = f"r{len(self.causes)}"
            self.causes[request_id] = cause
            before = self.driven.gate
            self.driven.ask(request_id, cause, hours=PARK_FOR.total_seconds() / 3600)
            self.check_order(before)

    @rule(cause=st.sampled_from(CAUSES), further=st.integers(0, 2), late=st.booleans())
    def ask_with_more_allowed(self, cause: str, further: int, late: bool) -> None:
        """As after a change of the settings; also before anybody has done what is due."""
        due = next_deadline(self.driven.gate)
        if late and due is not None:
            self.driven.now = max(due, self.driven.now)
        most = self.driven.settings.max_recoveries + further
        self.driven.settings = self.driven.settings.model_copy(update={"max_recoveries": most})
        self.ask(cause, 1)

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        known = [*self.driven.gate.slots, *self.driven.gate.waiting]
        if known:
            request_id = data.draw(st.sampled_from(sorted(known)))
            before = self.driven.gate.slots.keys() | self.driven.gate.waiting.keys()
            self.driven.ask(request_id, self.causes[request_id])
            assert self.driven.gate.slots.keys() | self.driven.gate.waiting.keys() <= before

    @rule(outcome=st.sampled_from(PermitOutcome), data=st.data(), times=st.integers(1, 4))
    def report(self, outcome: PermitOutcome, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            if self.driven.gate.slots:
                request_id = data.draw(st.sampled_from(sorted(self.driven.gate.slots)))
                self.left.add(request_id)
                self.tell(GateReport(request_id=request_id, outcome=outcome))

    @rule(data=st.data(), gone=st.booleans())
    def leave(self, data: st.DataObject, gone: bool) -> None:
        if self.causes:
            request_id = data.draw(st.sampled_from(sorted(self.causes)))
            self.left.add(request_id)
            ignored = GateReport(request_id=request_id, outcome=PermitOutcome.IGNORED)
            self.tell(HolderGone(request_id=request_id) if gone else ignored)

    @rule(minutes=st.none() | st.integers(1, 60))
    def pause(self, minutes: int | None) -> None:
        self.driven.pause(minutes)

    @rule()
    def resume(self) -> None:
        self.driven.resume()

    @rule(seconds=st.integers(0, 2000))
    def wait(self, seconds: int) -> None:
        self.driven.wait(seconds)

    @rule()
    def wait_for_what_is_due(self) -> None:
        due = next_deadline(self.driven.gate)
        if due is not None:
            self.driven.now = max(due, self.driven.now)
            self.tell(Tick())

    @rule()
    def ring(self) -> None:
        """After a ring nothing is due: an entity would ring for ever."""
        self.tell(Tick())
        due = next_deadline(self.driven.gate)
        assert due is None or due > self.driven.now

    @invariant()
    def never_more_at_a_time_than_allowed(self) -> None:
        gate = self.driven.gate
        assert len(gate.slots) <= gate.settings.max_recoveries

    @invariant()
    def room_is_used(self) -> None:
        """Nobody waits who might pass."""
        gate = self.driven.gate
        if gate.pause or len(gate.slots) >= gate.settings.max_recoveries:
            return
        for place in gate.waiting.values():
            storm = gate.storms.get(place.cause)
            due = storm and storm.probe_at and storm.probe_at > self.driven.now
            assert storm
            assert due or storm.probe_at or gate.under_way(storm) >= storm.allowed

    @invariant()
    def nobody_is_lost(self) -> None:
        """Every request is under way, waits, was sent away, or has left."""
        gate = self.driven.gate
        assert not gate.slots.keys() & gate.waiting.keys()
        for request_id in self.causes:
            inside = request_id in gate.slots or request_id in gate.waiting
            ended = request_id in gate.ended
            assert inside != ended

    @invariant()
    def who_has_left_is_not_inside(self) -> None:
        assert not self.left & (self.driven.gate.slots.keys() | self.driven.gate.waiting.keys())

    @invariant()
    def answers_say_how_it_is(self) -> None:
        gate = self.driven.gate
        for request_id in gate.waiting:
            assert self.driven.answers[request_id].decision is Decision.PARKED
        for request_id in gate.slots:
            wanted = Decision.PARKED if gate.pause else Decision.GRANTED
            assert self.driven.answers[request_id].decision is wanted

    @invariant()
    def counts_of_a_storm_add_up(self) -> None:
        gate = self.driven.gate
        under_way = Counter(slot.storm_id for slot in gate.slots.values())
        for storm in gate.storms.values():
            tally = storm.tally
            came_back = tally.recovered + tally.failed + tally.others
            assert tally.let_through == came_back + under_way[storm.storm_id]

    @invariant()
    def state_is_bounded(self) -> None:
        gate = self.driven.gate
        most = gate.settings.storm.incidents + 1
        assert all(len(arrivals) <= most for arrivals in gate.arrivals.values())
        assert len(gate.events) <= 100

    @invariant()
    def a_copy_through_json_is_the_same(self) -> None:
        gate = self.driven.gate
        assert Gate.model_validate_json(gate.model_dump_json()) == gate

    def teardown(self) -> None:
        """Every leave, every wait and every storm ends, and a gate that is left alone forgets."""
        self.driven.resume()
        self.driven.wait((2 * LIFETIME + PARK_FOR).total_seconds())

        assert not self.driven.gate.slots
        assert not self.driven.gate.waiting
        assert not self.driven.gate.storms
        assert is_forgettable(self.driven.gate)
        ended = [ticket for ticket in self.driven.tickets.values() if ticket.ended_at]
        assert len(ended) == len(self.driven.tickets)


AnyGate.TestCase.settings = hypothesis_settings(
    max_examples=80, stateful_step_count=30, deadline=None, database=None
)
TestAnyGate = AnyGate.TestCase
