"""A circuit breaker as a workflow: one for each key, asked and answered by signals."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.breaker.machine import (
        Event,
        HolderGone,
        Switch,
        Tick,
        advance,
        is_forgettable,
        new_breaker,
        next_deadline,
    )
    from lakemend.breaker.state import BreakerEvent, Trigger
    from lakemend.breaker.view import (
        BreakerInput,
        BreakerStatus,
        WaitingRequest,
        audit_entries,
        describe,
        status,
        waiting,
    )
    from lakemend.permit import (
        BREAKER_WORKFLOW,
        CancelRequest,
        ManualChange,
        PermitReport,
        PermitRequest,
        Reconfigure,
    )
    from lakemend.turning_away import shortened

from workflows.breaker_meter import BreakerMeter
from workflows.permit_giver import PermitGiver


@workflow.defn(name=BREAKER_WORKFLOW)
class BreakerWorkflow(PermitGiver[Event]):
    """Holds one breaker; what it decides stands in `lakemend.breaker.machine`."""

    @workflow.init
    def __init__(self, start: BreakerInput) -> None:
        super().__init__(start.outbox, start.unwritten)
        self._breaker = start.breaker or new_breaker(start.name, workflow.now())
        self._meter = BreakerMeter(start.name)

    @workflow.run
    async def run(self, _start: BreakerInput) -> None:
        """Serve until the breaker is closed, idle and has nothing to remember."""
        await self.live()

    @workflow.signal(description="May I act? Answered by the signal permit_answered")
    def request_permit(self, *arguments: Any) -> None:
        """Take a PermitRequest."""
        self.post(PermitRequest.model_validate, arguments)

    @workflow.signal(description="How a permitted recovery went")
    def report(self, *arguments: Any) -> None:
        """Take a PermitReport."""
        self.post(PermitReport.model_validate, arguments)

    @workflow.signal(description="Leave the queue, or give the permit back")
    def cancel_request(self, *arguments: Any) -> None:
        """Take a CancelRequest."""
        self.post(CancelRequest.model_validate, arguments)

    @workflow.signal(description='Close and forget: {"by": "...", "reason": "..."}')
    def reset(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_switch(Trigger.RESET), arguments)

    @workflow.signal(description='Let nobody pass: {"by": "...", "reason": "..."}')
    def force_open(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_switch(Trigger.FORCE_OPEN), arguments)

    @workflow.signal(description='Let all pass, count nothing: {"by": "...", "reason": "..."}')
    def disable(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_switch(Trigger.DISABLE), arguments)

    @workflow.signal(description='Let all pass, but count: {"by": "...", "reason": "..."}')
    def metrics_only(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_switch(Trigger.METRICS_ONLY), arguments)

    @workflow.signal(description='Change settings of this key: {"by": "...", "settings": {...}}')
    def configure(self, *arguments: Any) -> None:
        """Take a Reconfigure."""
        self.post(Reconfigure.model_validate, arguments)

    @workflow.query
    def status(self) -> BreakerStatus:
        """Sum up the breaker."""
        return status(self._breaker, workflow.now())

    @workflow.query
    def history(self) -> tuple[BreakerEvent, ...]:
        """Return the last hundred events, oldest first."""
        return self._breaker.events

    @workflow.query
    def waiting(self) -> tuple[WaitingRequest, ...]:
        """List the parked requests, first in the queue first."""
        return waiting(self._breaker)

    def take(self, message: Event) -> None:
        """Ask the state machine what the message means, and do what it says."""
        before = self._breaker
        turn = advance(before, message, workflow.now())
        self._breaker = turn.breaker
        self._meter.count(before, turn.breaker)
        self.answer(turn.answers, message)
        self.trail.add(audit_entries(self._breaker, before.event_count, self.life))

    def ring(self) -> None:
        """Let time pass."""
        self.take(Tick())

    def due(self) -> datetime | None:
        """Return when time has something to do here."""
        return next_deadline(self._breaker)

    def holder_gone(self, request_id: str) -> None:
        """Free its permit, unless it has said before it went how it ended."""
        self.take_in_turn(HolderGone(request_id=request_id))

    def is_forgettable(self) -> bool:
        """Whether a missing breaker would answer the same."""
        return is_forgettable(self._breaker, workflow.now())

    def show(self) -> None:
        """Tell a person, and lists, how it stands."""
        self.publish(self._breaker.circuit, describe(self._breaker, workflow.now()))

    def shorten(self, excess: int) -> None:
        """Forget the last of those who wait."""
        waiting = shortened(self._breaker.waiting, excess)
        self._breaker = self._breaker.model_copy(update={"waiting": waiting})

    def successor(self) -> BreakerInput:
        """Return all that the next run has to know."""
        return BreakerInput(
            name=self._breaker.name,
            breaker=self._breaker,
            outbox=tuple(self.outbox),
            unwritten=self.trail.unwritten(),
        )


def _switch(trigger: Trigger) -> Callable[[Any], Switch]:
    def parse(raw: Any) -> Switch:
        return Switch(trigger=trigger, by_hand=ManualChange.model_validate(raw))

    return parse
