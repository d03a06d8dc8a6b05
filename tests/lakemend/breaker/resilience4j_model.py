"""A second, small account of how resilience4j decides, written from its source alone.

It shares no line with our machine: states of CircuitBreakerStateMachine, rates of
CircuitBreakerMetrics, windows of SlidingTimeWindowMetrics and FixedSizeSlidingWindowMetrics, waits
of IntervalFunction.ofExponentialBackoff
(https://github.com/resilience4j/resilience4j).
"""

from dataclasses import dataclass, field
from math import floor

from lakemend.breaker.presets import Resilience4jConfig

COUNTING = ("closed", "half_open")


@dataclass(frozen=True)
class Result:
    """A call that was recorded in this second."""

    second: int
    failed: bool
    slow: bool


@dataclass
class Resilience4jModel:
    """Time is in seconds since the start."""

    config: Resilience4jConfig
    now: float = 0
    state: str = "closed"
    attempts: int = 0
    tried_again_after: float = 0
    given_up_at: float = 0
    probes_left: int = 0
    results: list[Result] = field(default_factory=list[Result])

    def enter(self, state: str) -> None:
        """Every state begins with an empty window; an opening counts those before it."""
        self.state = state
        self.results = []
        self.probes_left = self.config.half_open_probes
        self.attempts = {"open": self.attempts + 1, "half_open": self.attempts}.get(state, 0)
        self.tried_again_after = self.now + self._interval()
        self.given_up_at = self.now + self.config.half_open_seconds

    def _interval(self) -> float:
        config = self.config
        interval = config.open_seconds * config.multiplier ** max(0, self.attempts - 1)
        return min(interval, max(config.open_seconds, config.most_open_seconds))

    def pass_time(self, seconds: float) -> None:
        """Let the two timers ring that a state may have; no more than one falls due at a time."""
        self.now += seconds
        is_open, is_half_open = self.state == "open", self.state == "half_open"
        if is_open and self.config.automatic and self.now >= self.tried_again_after:
            self.enter("half_open")
        if is_half_open and self.config.half_open_seconds and self.now >= self.given_up_at:
            self.enter("open")

    def acquire(self) -> bool:
        if self.state == "open" and self.now > self.tried_again_after:
            self.enter("half_open")
        if self.state != "half_open":
            return self.state in ("closed", "disabled")
        granted = self.probes_left > 0
        self.probes_left -= granted
        return granted

    def ignore(self) -> None:
        if self.state == "half_open":
            self.probes_left += 1

    def record(self, *, failed: bool, seconds: float) -> None:
        if self.state not in COUNTING:
            return
        slow = seconds > self.config.slow_seconds
        self.results.append(Result(floor(self.now), failed, slow))
        window, minimum = self._window()
        if len(window) < minimum:
            return
        if self._is_too_much(window):
            self.enter("open")
        elif self.state == "half_open":
            self.enter("closed")

    def _window(self) -> tuple[list[Result], int]:
        """The results that count, and how many are needed for a rate."""
        config = self.config
        if self.state == "half_open":
            probes = config.half_open_probes
            return self.results[-probes:], min(config.minimum_calls, probes)
        if config.window == "count":
            return self.results[-config.size :], min(config.minimum_calls, config.size)
        first = floor(self.now) - config.size + 1
        return [each for each in self.results if each.second >= first], config.minimum_calls

    def _is_too_much(self, window: list[Result]) -> bool:
        failures = 100 * sum(each.failed for each in window) / len(window)
        slow = 100 * sum(each.slow for each in window) / len(window)
        return failures >= self.config.failure_rate or slow >= self.config.slow_rate
