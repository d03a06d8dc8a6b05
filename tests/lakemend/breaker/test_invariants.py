"""Whatever happens in whatever order: what must hold of a breaker at all times."""

from datetime import timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lakemend.breaker.cool_down import cooling_until
from lakemend.breaker.machine import Event, HolderGone, Tick, next_deadline
from lakemend.breaker.settings import BreakerSettings, HalfOpenRule, LateReports, WhenOpen, Window
from lakemend.breaker.state import TRANSITIONS, Breaker, Circuit, Trigger
from lakemend.permit import (
    CancelRequest,
    Decision,
    PermitAnswer,
    PermitOutcome,
    PermitReport,
    PermitRequest,
    Reconfigure,
)
from tests.lakemend.breaker.driven_breaker import DrivenBreaker

LIFETIME = timedelta(hours=1)
PARK_FOR = timedelta(hours=2)
LEGAL_MOVES = {(before, after) for (before, _), after in TRANSITIONS.items()}

SETTINGS = st.builds(
    BreakerSettings,
    window=st.sampled_from(Window),
    failure_threshold=st.integers(1, 3),
    window_size=st.integers(1, 6),
    window_for=st.integers(1, 600).map(lambda seconds: timedelta(seconds=seconds)),
    minimum_calls=st.integers(1, 4),
    slow_after=st.none() | st.just(timedelta(minutes=2)),
    open_growth=st.sampled_from([1, 2]),
    open_jitter=st.sampled_from([0, 0.3]),
    half_open_rule=st.sampled_from(HalfOpenRule),
    half_open_permits=st.integers(1, 2),
    success_threshold=st.integers(1, 3),
    half_open_for_max=st.none() | st.just(timedelta(minutes=20)),
    permit_expires_after=st.just(LIFETIME),
    when_open=st.sampled_from(WhenOpen),
    park_for=st.just(PARK_FOR),
    late_reports=st.just(LateReports.TOTAL),
    cool_down=st.sampled_from([timedelta(0), timedelta(minutes=5)]),
)
BY_HAND = [Trigger.RESET, Trigger.FORCE_OPEN, Trigger.DISABLE, Trigger.METRICS_ONLY]


class AnyBreaker(RuleBasedStateMachine):
    @initialize(settings=SETTINGS, half_open=st.booleans())
    def start(self, settings: BreakerSettings, half_open: bool) -> None:
        self.driven = DrivenBreaker(settings)
        self.requests: dict[str, str] = {}
        self.granted: dict[str, PermitAnswer] = {}
        if half_open:
            self.driven.by_hand(Trigger.FORCE_OPEN, timedelta(seconds=1))
            self.driven.wait(1)
            self.driven.tick()

    def tell(self, event: Event) -> None:
        """Tell the breaker, and look at each answer in the state it was given in."""
        before = self.driven.breaker
        answers = self.driven.tell(event).answers
        for addressed in answers:
            if addressed.answer.decision is Decision.GRANTED:
                self.check_grant(before, addressed.answer)
                self.granted[addressed.answer.request_id] = addressed.answer
        self.check_moves(before)

    def check_grant(self, before: Breaker, answer: PermitAnswer) -> None:
        after = self.driven.breaker
        if answer.request_id in before.permits:
            return
        if answer.request_id not in before.waiting:
            assert cooling_until(before, self.driven.now) is None
        assert answer.state not in {Circuit.OPEN, Circuit.FORCED_OPEN}
        assert answer.probe == (answer.state == Circuit.HALF_OPEN)
        if answer.probe:
            assert after.probes_out <= after.settings.half_open_permits

    def check_moves(self, before: Breaker) -> None:
        after = self.driven.breaker
        for event in after.events:
            if event.number > before.event_count and event.from_circuit != event.to_circuit:
                assert (event.from_circuit, event.to_circuit) in LEGAL_MOVES
        assert [e.at for e in after.events] == sorted(e.at for e in after.events)
        assert after.period >= before.period

    @rule(times=st.integers(1, 4))
    def ask(self, times: int) -> None:
        for _ in range(times):
            self.ask_for(f"r{len(self.requests)}")

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        if self.requests:
            self.ask_for(data.draw(st.sampled_from(sorted(self.requests))))

    @rule()
    def fail_until_it_opens(self) -> None:
        for _ in range(6):
            request_id = f"r{len(self.requests)}"
            self.ask_for(request_id)
            self.tell(PermitReport(request_id=request_id, outcome=PermitOutcome.FAILURE))

    @rule()
    def wait_for_what_is_due(self) -> None:
        due = next_deadline(self.driven.breaker)
        if due is not None:
            self.driven.now = max(due, self.driven.now)
            self.tell(Tick())

    def ask_for(self, request_id: str) -> None:
        self.requests[request_id] = f"incident-{request_id}"
        self.tell(
            PermitRequest(
                request_id=request_id,
                holder=self.requests[request_id],
                settings=self.driven.settings,
            )
        )

    @rule(outcome=st.sampled_from(PermitOutcome), data=st.data(), wait=st.integers(0, 300))
    def report(self, outcome: PermitOutcome, data: st.DataObject, wait: int) -> None:
        if self.granted:
            request_id = data.draw(st.sampled_from(sorted(self.granted)))
            until = self.driven.now + timedelta(seconds=wait) if wait > 250 else None
            self.tell(PermitReport(request_id=request_id, outcome=outcome, open_until=until))
            assert request_id not in self.driven.breaker.permits

    @rule(data=st.data(), gone=st.booleans())
    def leave(self, data: st.DataObject, gone: bool) -> None:
        if self.requests:
            request_id = data.draw(st.sampled_from(sorted(self.requests)))
            kind = HolderGone if gone else CancelRequest
            self.tell(kind(request_id=request_id))
            assert request_id not in self.driven.breaker.permits | self.driven.breaker.waiting

    @rule(seconds=st.integers(0, 4000))
    def wait(self, seconds: int) -> None:
        self.driven.wait(seconds)

    @rule()
    def ring(self) -> None:
        self.tell(Tick())
        due = next_deadline(self.driven.breaker)
        assert due is None or due > self.driven.now

    @rule(trigger=st.sampled_from(BY_HAND), hours=st.none() | st.integers(1, 3))
    def switch(self, trigger: Trigger, hours: int | None) -> None:
        lasts = None if hours is None else timedelta(hours=hours)
        self.driven.by_hand(trigger, lasts)

    @rule(permits=st.none() | st.integers(1, 2))
    def configure(self, permits: int | None) -> None:
        self.tell(Reconfigure(by="kim", settings={"half_open_permits": permits}))

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        breaker = self.driven.breaker
        assert not breaker.permits.keys() & breaker.waiting.keys()
        assert breaker.probes_given >= 0

    @invariant()
    def no_result_counts_twice(self) -> None:
        totals = self.driven.breaker.totals
        assert totals.successful + totals.failed + totals.ignored <= len(self.requests)
        assert totals.late <= totals.successful + totals.failed

    @invariant()
    def a_copy_through_json_is_the_same(self) -> None:
        breaker = self.driven.breaker
        assert Breaker.model_validate_json(breaker.model_dump_json()) == breaker

    def teardown(self) -> None:
        """Every permit and every wait ends by itself, and a half-open circuit never hangs."""
        self.driven.wait((LIFETIME + PARK_FOR).total_seconds())
        self.driven.tick()
        while (due := next_deadline(self.driven.breaker)) and self.driven.breaker.waiting:
            self.driven.wait((due - self.driven.now).total_seconds())
            self.driven.tick()
        self.driven.wait(LIFETIME.total_seconds())
        self.driven.tick()

        assert not self.driven.breaker.permits
        assert not self.driven.breaker.waiting
        if self.driven.breaker.circuit is Circuit.HALF_OPEN:
            assert self.driven.acquire()


AnyBreaker.TestCase.settings = hypothesis_settings(
    max_examples=100, stateful_step_count=30, deadline=None, database=None
)
TestAnyBreaker = AnyBreaker.TestCase
