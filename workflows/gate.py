"""The gate of a workspace as a workflow: pause, bulkhead and storms, asked by signals."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.gate.machine import (
        Event,
        HolderGone,
        PauseOrder,
        ResumeOrder,
        Tick,
        advance,
        is_forgettable,
        new_gate,
        next_deadline,
    )
    from lakemend.gate.state import GateEvent
    from lakemend.gate.talk import GATE_WORKFLOW, GateReport, GateRequest
    from lakemend.gate.view import (
        GateInput,
        GateStatus,
        ParkedRequest,
        audit_entries,
        describe,
        status,
        waiting,
    )
    from lakemend.permit import ManualChange
    from lakemend.turning_away import shortened

from workflows.permit_giver import PermitGiver


@workflow.defn(name=GATE_WORKFLOW)
class GateWorkflow(PermitGiver[Event]):
    """Holds the gate of one workspace; what it decides stands in `lakemend.gate.machine`."""

    @workflow.init
    def __init__(self, start: GateInput) -> None:
        super().__init__(start.outbox, start.unwritten, start.tickets)
        self._gate = start.gate or new_gate(start.workspace)
        if start.first:
            self._gate = advance(self._gate, start.first, workflow.now()).gate

    @workflow.run
    async def run(self, _start: GateInput) -> None:
        """Serve until nobody is inside or waits, nothing storms, and it is not paused."""
        await self.live()

    @workflow.signal(description="May I act? Answered by the signal permit_answered")
    def request_permit(self, *arguments: Any) -> None:
        """Take a GateRequest."""
        self.post(GateRequest.model_validate, arguments)

    @workflow.signal(description="How it went, or that nobody waits any more")
    def report(self, *arguments: Any) -> None:
        """Take a GateReport."""
        self.post(GateReport.model_validate, arguments)

    @workflow.signal(description='Hold everything: {"by": "...", "reason": "..."}')
    def pause(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_order(PauseOrder), arguments)

    @workflow.signal(description='Let it go on: {"by": "...", "reason": "..."}')
    def resume(self, *arguments: Any) -> None:
        """Take a ManualChange."""
        self.post(_order(ResumeOrder), arguments)

    @workflow.query
    def status(self) -> GateStatus:
        """Sum up the gate."""
        return status(self._gate)

    @workflow.query
    def waiting(self) -> tuple[ParkedRequest, ...]:
        """List the parked requests, first in the queue first."""
        return waiting(self._gate)

    @workflow.query
    def history(self) -> tuple[GateEvent, ...]:
        """Return the last hundred events, oldest first."""
        return self._gate.events

    def take(self, message: Event) -> None:
        """Ask the state machine what the message means, and do what it says."""
        before = self._gate.event_count
        turn = advance(self._gate, message, workflow.now())
        self._gate = turn.gate
        self.answer(turn.answers, message)
        self.trail.add(audit_entries(self._gate, before, self.life), turn.tickets)

    def ring(self) -> None:
        """Let time pass."""
        self.take(Tick())

    def due(self) -> datetime | None:
        """Return when time has something to do here."""
        return next_deadline(self._gate)

    def holder_gone(self, request_id: str) -> None:
        """Free its place, unless it has said before it went how it ended."""
        self.take_in_turn(HolderGone(request_id=request_id))

    def is_forgettable(self) -> bool:
        """Whether a missing gate would answer the same."""
        return is_forgettable(self._gate)

    def show(self) -> None:
        """Tell a person, and lists, how it stands."""
        self.publish(self._gate.state, describe(self._gate))

    def shorten(self, excess: int) -> None:
        """Forget the last of those who wait."""
        waiting = shortened(self._gate.waiting, excess)
        self._gate = self._gate.model_copy(update={"waiting": waiting})

    def successor(self) -> GateInput:
        """Return all that the next run has to know."""
        return GateInput(
            workspace=self._gate.workspace,
            gate=self._gate,
            outbox=tuple(self.outbox),
            unwritten=self.trail.unwritten(),
            tickets=self.trail.unwritten_tickets(),
        )


def _order(
    kind: type[PauseOrder] | type[ResumeOrder],
) -> Callable[[Any], PauseOrder | ResumeOrder]:
    def parse(raw: Any) -> PauseOrder | ResumeOrder:
        return kind(by_hand=ManualChange.model_validate(raw))

    return parse
