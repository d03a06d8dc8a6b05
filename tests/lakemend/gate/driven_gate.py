"""A gate whose clock the test moves."""

from datetime import UTC, datetime, timedelta

from lakemend.gate.machine import (
    Event,
    PauseOrder,
    ResumeOrder,
    Tick,
    advance,
    new_gate,
    next_deadline,
)
from lakemend.gate.state import Gate
from lakemend.gate.storm import StormTicket
from lakemend.gate.talk import GateReport, GateRequest, GateSettings
from lakemend.permit import Decision, ManualChange, PermitAnswer, PermitOutcome

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class DrivenGate:
    """Keeps the newest answer to each request, every ticket, and the order of the grants."""

    def __init__(self, settings: GateSettings | None = None) -> None:
        self.settings = settings or GateSettings()
        self.gate: Gate = new_gate("default")
        self.now = NOON
        self.answers: dict[str, PermitAnswer] = {}
        self.tickets: dict[str, StormTicket] = {}
        self.granted: list[str] = []

    def tell(self, event: Event) -> None:
        known = set(self.gate.slots)
        turn = advance(self.gate, event, self.now)
        self.gate = turn.gate
        self.tickets |= {ticket.storm_id: ticket for ticket in turn.tickets}
        for addressed in turn.answers:
            self.answers[addressed.answer.request_id] = addressed.answer
        self.granted += [key for key in self.gate.slots if key not in known]

    def ask(
        self,
        request_id: str,
        cause: str = "network",
        hours: float = 4,
        *,
        again: bool = False,
        by: str = "",
    ) -> Decision:
        self.tell(
            GateRequest(
                request_id=request_id,
                holder=f"incident-{by or request_id}",
                cause=cause,
                settings=self.settings,
                park_for=timedelta(hours=hours),
                comes_back=again,
            )
        )
        return self.answers[request_id].decision

    def ask_many(self, count: int, cause: str = "network", prefix: str = "r") -> list[Decision]:
        return [self.ask(f"{prefix}{number}", cause) for number in range(count)]

    def report(self, request_id: str, outcome: PermitOutcome = PermitOutcome.SUCCESS) -> None:
        self.tell(GateReport(request_id=request_id, outcome=outcome))

    def fail(self, request_id: str) -> None:
        self.report(request_id, PermitOutcome.FAILURE)

    def pause(self, minutes: float | None = None) -> None:
        lasts = None if minutes is None else timedelta(minutes=minutes)
        order = ManualChange(by="ann", reason="the zone is down", expires_after=lasts)
        self.tell(PauseOrder(by_hand=order))

    def resume(self) -> None:
        self.tell(ResumeOrder(by_hand=ManualChange(by="ann", reason="it is back")))

    def wait(self, seconds: float) -> None:
        """Let time pass; what falls due on the way is done when it is due."""
        end = self.now + timedelta(seconds=seconds)
        while (due := next_deadline(self.gate)) and due <= end:
            self.now = max(self.now, due)
            self.tell(Tick())
        self.now = end

    @property
    def under_way(self) -> list[str]:
        return list(self.gate.slots)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.gate.events]
