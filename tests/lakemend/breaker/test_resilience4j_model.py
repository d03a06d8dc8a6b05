"""Beyond the recorded sequences: our machine beside a model, in any configuration."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lakemend.breaker.presets import Resilience4jConfig, like_resilience4j
from lakemend.permit import PermitOutcome
from tests.lakemend.breaker.driven_breaker import DrivenBreaker
from tests.lakemend.breaker.resilience4j import BY_HAND, RECORDED, read
from tests.lakemend.breaker.resilience4j_model import Resilience4jModel

BY_HAND_STATES = {
    "reset": "closed",
    "close": "closed",
    "force_open": "forced_open",
    "disable": "disabled",
}
CONFIGS = st.builds(
    Resilience4jConfig,
    window=st.sampled_from(["count", "time"]),
    size=st.integers(1, 6),
    minimum_calls=st.integers(1, 5),
    failure_rate=st.sampled_from([1, 20, 34, 50, 60, 100]),
    slow_rate=st.sampled_from([30, 50, 100]),
    slow_seconds=st.just(5),
    open_seconds=st.integers(1, 8),
    half_open_probes=st.integers(1, 6),
    multiplier=st.sampled_from([1, 2, 3]),
    most_open_seconds=st.integers(0, 30),
    half_open_seconds=st.integers(0, 6),
    automatic=st.booleans(),
).filter(lambda config: not (config.automatic and config.half_open_seconds))
"""Not both: after an automatic transition our longest half-open time waits for the first probe."""
SECONDS = st.integers(4, 7)


class BesideTheModel(RuleBasedStateMachine):
    """The same calls to both; whole seconds, because ours counts the parts of a second too."""

    @initialize(config=CONFIGS)
    def begin(self, config: Resilience4jConfig) -> None:
        self.config = config
        self.model = Resilience4jModel(config)
        self.driven = DrivenBreaker(like_resilience4j(config))

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.model.pass_time(1)
            self.driven.wait(1)
            # ours always turns half-open by its timer, theirs only where it is automatic
            if self.config.automatic or self.driven.state == "half_open":
                self.driven.tick()

    @rule()
    def acquire(self) -> None:
        assert self.driven.acquire() == self.model.acquire()

    @precondition(lambda self: self.driven.out)
    @rule(failed=st.booleans(), seconds=SECONDS)
    def report(self, failed: bool, seconds: int) -> None:
        outcome = PermitOutcome.FAILURE if failed else PermitOutcome.SUCCESS
        self.model.record(failed=failed, seconds=seconds)
        self.driven.report(outcome, duration=timedelta(seconds=seconds))

    @rule(calls=st.lists(st.tuples(st.booleans(), SECONDS), min_size=1, max_size=8))
    def call_often(self, calls: list[tuple[bool, int]]) -> None:
        for failed, seconds in calls:
            self.wait(1)
            self.acquire()
            if self.driven.out:
                self.report(failed, seconds)
            self.both_are_in_one_state()

    @precondition(lambda self: self.driven.out)
    @rule()
    def ignore(self) -> None:
        self.model.ignore()
        self.driven.report(PermitOutcome.IGNORED)

    @rule(order=st.sampled_from(sorted(BY_HAND)))
    def by_hand(self, order: str) -> None:
        self.model.enter(BY_HAND_STATES[order])
        self.driven.by_hand(BY_HAND[order])

    @invariant()
    def both_are_in_one_state(self) -> None:
        assert self.driven.state == self.model.state


TestBesideTheModel = BesideTheModel.TestCase
TestBesideTheModel.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)


def test_the_model_answers_as_resilience4j_did() -> None:
    for sequence in read(RECORDED):
        model = Resilience4jModel(Resilience4jConfig(**sequence["config"]))
        for op in sequence["ops"]:
            assert (_do(model, op), model.state) == (op.get("granted"), op["state"])


def _do(model: Resilience4jModel, op: dict[str, Any]) -> bool | None:
    match op["op"]:
        case "acquire":
            return model.acquire()
        case "advance":
            model.pass_time(op["s"])
        case "ignored":
            model.ignore()
        case "success" | "failure" as kind:
            model.record(failed=kind == "failure", seconds=op.get("s", 0))
        case by_hand:
            model.enter(BY_HAND_STATES[by_hand])
    return None
