"""A breaker on a controlled clock, driven by the words of the recorded sequences."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lakemend.breaker.machine import Breaker, Event, Switch, Tick, Turn, advance, new_breaker
from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.state import Trigger
from lakemend.permit import (
    Decision,
    ManualChange,
    PermitAnswer,
    PermitOutcome,
    PermitReport,
    PermitRequest,
    Reconfigure,
)

FAILURE, SUCCESS = PermitOutcome.FAILURE, PermitOutcome.SUCCESS
IGNORED, UNKNOWN = PermitOutcome.IGNORED, PermitOutcome.UNKNOWN
START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def at_once(**settings: Any) -> BreakerSettings:
    """Some settings, without the rest after a recovery."""
    return BreakerSettings(cool_down=timedelta(0), **settings)


class DrivenBreaker:
    """Keeps state, clock and the permits that have not been reported, oldest first."""

    def __init__(self, settings: BreakerSettings, name: str = "driven") -> None:
        self.settings = settings
        self.now = START
        self.breaker: Breaker = new_breaker(name, START)
        self.answers: list[PermitAnswer] = []
        self.out: list[str] = []
        self._asked = 0

    @property
    def state(self) -> str:
        return self.breaker.circuit.value

    def tell(self, event: Event) -> Turn:
        turn = advance(self.breaker, event, self.now)
        self.breaker = turn.breaker
        for addressed in turn.answers:
            self.answers.append(addressed.answer)
            is_granted = addressed.answer.decision is Decision.GRANTED
            if is_granted and addressed.answer.request_id not in self.out:
                self.out.append(addressed.answer.request_id)
        return turn

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def tick(self) -> None:
        """Let the time that has passed take effect, as the workflow's timer does."""
        self.tell(Tick())

    def ask(self) -> PermitAnswer:
        """Ask with a new request; returns the answer to it."""
        self._asked += 1
        request = PermitRequest(
            request_id=str(self._asked), holder=f"incident-{self._asked}", settings=self.settings
        )
        return self.tell(request).answers[-1].answer

    def repeat(self, request_id: str, holder: str) -> PermitAnswer:
        """Ask again with a request that was asked before; returns the answer to it."""
        request = PermitRequest(request_id=request_id, holder=holder, settings=self.settings)
        return self.tell(request).answers[-1].answer

    def acquire(self) -> bool:
        return self.ask().decision is Decision.GRANTED

    def report(
        self,
        outcome: PermitOutcome,
        request_id: str | None = None,
        duration: timedelta | None = None,
        open_until: datetime | None = None,
    ) -> None:
        """Report one permit, the oldest if none is named."""
        reported = request_id or self.out[0]
        if reported in self.out:
            self.out.remove(reported)
        self.tell(
            PermitReport(
                request_id=reported, outcome=outcome, duration=duration, open_until=open_until
            )
        )

    def by_hand(self, trigger: Trigger, lasts: timedelta | None = None) -> None:
        change = ManualChange(by="kim", reason="a test", expires_after=lasts)
        self.tell(Switch(trigger=trigger, by_hand=change))


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
