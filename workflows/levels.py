"""The requests of one plan to all levels of leave to act, and how each of them stands."""

from datetime import datetime
from itertools import takewhile

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.gate.talk import (
        GateReport,
        GateRequest,
        PermitCall,
        PermitReturn,
        gate_workflow_id,
    )
    from lakemend.leave import NO_ANSWER, LevelAnswer
    from lakemend.levels import PlannedBreaker
    from lakemend.permit import (
        BreakerCall,
        BreakerCancel,
        BreakerReport,
        CancelRequest,
        Decision,
        PermitAnswer,
        PermitOutcome,
        PermitReport,
        PermitRequest,
    )
    from lakemend.plan import Plan
    from workflows.mailbox import Mailbox


class Levels:
    """The breakers of a plan, lowest first, and the gate; the answers come into the mailbox."""

    def __init__(self, call: PermitCall, mailbox: Mailbox) -> None:
        self._call = call
        self._mailbox = mailbox
        asked = (call.gate, *(each.request for each in call.breakers))
        mailbox.expect(*(request.request_id for request in asked))
        self._granted_at: datetime | None = None
        self._silent = ""

    @property
    def gate(self) -> GateRequest:
        """What is asked of the gate."""
        return self._call.gate

    def answer_of_gate(self) -> PermitAnswer | None:
        """Return what the gate said last."""
        return self._mailbox.permits.get(self.gate.request_id)

    def passed(self) -> int:
        """How many breakers have let it through: who granted was asked after those below."""
        granted = [
            number
            for number, each in enumerate(self._call.breakers, start=1)
            if (answer := self._said(each)) and answer.decision is Decision.GRANTED
        ]
        return max(granted, default=0)

    def standing(self) -> PermitAnswer | None:
        """Return the answer that holds: the gate's, or of a breaker that has not granted."""
        breakers = self._call.breakers[self.passed() :]
        answers = [self.answer_of_gate(), *(self._said(each) for each in breakers)]
        return next((answer for answer in answers if answer), None)

    def still_to_ask(self, *, one_by_one: bool) -> PermitCall:
        """Return the call to the levels that have not granted."""
        breakers = self._call.breakers[self.passed() :]
        return self._call.model_copy(update={"breakers": breakers, "one_by_one": one_by_one})

    def heed(self, answer: PermitAnswer) -> bool:
        """Note what an answer means for what follows, and say whether it is the gate's."""
        if answer is not self.answer_of_gate():
            return False
        if answer.decision is Decision.GRANTED:
            self._granted_at = self._granted_at or workflow.now()
        if answer.decision is Decision.PARKED and not answer.place:
            # who has no place in the queue is not known to the gate, and says so when asking again
            gate = self.gate.model_copy(update={"comes_back": True})
            self._call = self._call.model_copy(update={"gate": gate})
        return True

    def refused_by_silence(self) -> PermitAnswer:
        """Refuse in the name of the one who keeps silent."""
        names = [each.name for each in self._call.breakers] + [self._gate_id]
        self._silent = names[self.passed()]
        return PermitAnswer(
            request_id=self.gate.request_id,
            decision=Decision.REJECTED,
            breaker=self._silent,
            state=NO_ANSWER,
        )

    def answers(self) -> tuple[LevelAnswer, ...]:
        """Return what each level has answered, for people."""
        breakers = (self._in_view(each.name, self._said(each)) for each in self._call.breakers)
        return (*breakers, self._in_view(self._gate_id, self.answer_of_gate()))

    def _in_view(self, name: str, answer: PermitAnswer | None) -> LevelAnswer:
        if answer is None:
            return LevelAnswer(level=name, state=NO_ANSWER if name == self._silent else "")
        return LevelAnswer(level=name, decision=answer.decision, state=answer.state)

    def decisive_breaker(self) -> LevelAnswer | None:
        """Return the breaker that has not granted, or else the lowest; None where none is asked."""
        breakers = self.answers()[:-1]
        holding = (
            each
            for each in breakers
            if each.decision in {Decision.PARKED, Decision.REJECTED} or each.state == NO_ANSWER
        )
        return next(holding, breakers[0] if breakers else None)

    def returned(
        self, to_breakers: PermitOutcome, to_gate: PermitOutcome, not_before: datetime | None
    ) -> PermitReturn:
        """Say it to whoever knows of the request; a level that refused, and those above, do not."""
        asked = tuple(takewhile(lambda each: not self._has_refused(each), self._call.breakers))
        was_refused = len(asked) < len(self._call.breakers)
        gate = GateReport(request_id=self.gate.request_id, outcome=to_gate)
        return PermitReturn(
            workspace=self._call.workspace,
            gate=None if was_refused else gate,
            breakers=tuple(self._returned(each, to_breakers, not_before) for each in asked),
        )

    @property
    def _gate_id(self) -> str:
        return gate_workflow_id(self._call.workspace)

    def _said(self, breaker: BreakerCall) -> PermitAnswer | None:
        return self._mailbox.permits.get(breaker.request.request_id)

    def _has_refused(self, breaker: BreakerCall) -> bool:
        answer = self._said(breaker)
        return answer is not None and answer.decision is Decision.REJECTED

    def _returned(
        self, call: BreakerCall, outcome: PermitOutcome, not_before: datetime | None
    ) -> BreakerReport | BreakerCancel:
        """Report what was done with the leave; without that of every level nothing was done.

        It lasted from the last grant: before, the recovery waited for the levels above.
        """
        request = call.request
        if self._granted_at is None:
            return BreakerCancel(
                name=call.name, cancel=CancelRequest(request_id=request.request_id)
            )
        said = PermitReport(
            request_id=request.request_id,
            outcome=outcome,
            duration=workflow.now() - self._granted_at,
            open_until=not_before,
            settings=request.settings,
            source=call.source,
        )
        return BreakerReport(name=call.name, report=said, job_id=call.job_id)


def requests_of(plan: Plan, workspace: str, cause: str, *, comes_back: bool) -> PermitCall:
    """Make the requests of a plan; each has an id, so that asking twice is asking once."""
    holder = workflow.info().workflow_id
    gate = GateRequest(
        request_id=str(workflow.uuid4()),
        holder=holder,
        cause=cause,
        settings=plan.gate,
        comes_back=comes_back,
        planned_at=workflow.now(),
    )
    if plan.breakers:
        park_for = plan.breakers[0].settings.park_for
        gate = gate.model_copy(update={"park_for": park_for})
    breakers = tuple(_request_to(each, holder) for each in plan.breakers)
    return PermitCall(workspace=workspace, gate=gate, breakers=breakers)


def _request_to(breaker: PlannedBreaker, holder: str) -> BreakerCall:
    request = PermitRequest(
        request_id=str(workflow.uuid4()), holder=holder, settings=breaker.settings
    )
    return BreakerCall(
        name=breaker.name,
        request=request,
        workspace=breaker.workspace,
        job_id=breaker.job_id,
        source=breaker.source,
    )
