"""Leave to act: asking breaker and gate, and telling them how it went."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.gates import GateActivities
    from lakemend.breaker.state import Circuit
    from lakemend.gate.talk import (
        GateReport,
        GateRequest,
        PermitCall,
        PermitReturn,
        gate_workflow_id,
    )
    from lakemend.incident import Outcome
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
    from lakemend.plan import Plan, PlannedBreaker
    from workflows.mailbox import Mailbox
    from workflows.options import ANSWER, ASK_AGAIN, LOCALLY, SILENCE_GRACE

NO_ANSWER = "no_answer"
"""The state of a breaker or gate that was asked and asked again, and has said nothing."""

_REPORTED_AS = {
    Outcome.RECOVERED: PermitOutcome.SUCCESS,
    Outcome.ESCALATED: PermitOutcome.FAILURE,
}


class Permit:
    """One incident's requests, to one breaker and to the gate of its workspace."""

    def __init__(self, workspace: str, mailbox: Mailbox) -> None:
        self._workspace = workspace
        self._mailbox = mailbox
        self._asked: PermitCall | None = None
        self._gate_answered = False
        self._granted = False
        self._arrived: set[str] = set()

    def prepare(self, plan: Plan, cause: str) -> None:
        """Make the requests of a plan; each has an id, so that asking twice is asking once."""
        holder = workflow.info().workflow_id
        gate = GateRequest(
            request_id=str(workflow.uuid4()),
            holder=holder,
            cause=cause,
            settings=plan.gate,
            # an incident that plans anew for the same cause is no further one of it
            comes_back=cause in self._arrived,
        )
        if plan.breaker:
            gate = gate.model_copy(update={"park_for": plan.breaker.settings.park_for})
        breaker = _call(plan.breaker, holder) if plan.breaker else None
        self._asked = PermitCall(workspace=self._workspace, gate=gate, breaker=breaker)
        self._gate_answered = self._granted = False

    @property
    def park_for(self) -> timedelta:
        """How long the plan lets a request wait."""
        return self._call.gate.park_for

    @property
    def breaker_state(self) -> str:
        """The state of the breaker when it answered; one that does not run is closed."""
        answer = self._of_breaker()
        return answer.state if answer else Circuit.CLOSED

    async def ask(self, until: datetime | None = None) -> PermitAnswer:
        """Return the answer of the first level that does not grant, or else of the gate.

        Asked again after a level that had parked the request has granted it, it goes on from there.
        Who gets no answer has waited long enough some time after `until`, or after `park_for`, and
        is refused.
        """
        give_up_at = (until or workflow.now() + self.park_for) + SILENCE_GRACE
        answer = await self._answer_to(self._call, give_up_at)
        if answer and answer is self._of_breaker() and answer.decision is Decision.GRANTED:
            to_gate = self._call.model_copy(update={"breaker": None})
            answer = await self._answer_to(to_gate, give_up_at)
        if answer is None:
            return self._no_answer()
        if answer is not self._of_breaker():
            self._gate_answered = True
            self._arrived.add(self._call.gate.cause)
            self._granted |= answer.decision is Decision.GRANTED
            self._remember_sent_away(answer)
        return answer

    def _remember_sent_away(self, answer: PermitAnswer) -> None:
        """Say so when asking again: who has no place in the queue is not known to the gate."""
        if answer.decision is Decision.PARKED and not answer.place:
            gate = self._call.gate.model_copy(update={"comes_back": True})
            self._asked = self._call.model_copy(update={"gate": gate})

    async def wait_in_line(self, parked: PermitAnswer, until: datetime) -> None:
        """Wait until there is another answer, the run was reported, or it is time to ask again.

        Asking again costs little, tells the place as it is now, and finds out whether the one who
        was asked has been terminated meanwhile.
        """
        again_at = workflow.now() + ASK_AGAIN
        if not parked.place and parked.retry_at:
            again_at = max(parked.retry_at, workflow.now() + timedelta(seconds=1))
        answers = self._mailbox.permits
        try:
            await workflow.wait_condition(
                lambda: answers[parked.request_id] is not parked or self._mailbox.was_reported,
                timeout=min(again_at, until) - workflow.now(),
                timeout_summary="Parked",
            )
        except TimeoutError:
            answers.pop(parked.request_id)

    def is_suspended(self) -> bool:
        """Whether the gate has said that nothing further is to be begun for now."""
        answer = self._of_gate()
        return answer is not None and answer.decision is Decision.PARKED

    async def settle(self, outcome: Outcome) -> None:
        """Tell both what the outcome means to them."""
        said = _REPORTED_AS.get(outcome, PermitOutcome.IGNORED)
        await self.give_back(said, said)

    async def give_back(self, to_breaker: PermitOutcome, to_gate: PermitOutcome) -> None:
        """Report to both, or leave the queue of the one that has not granted yet."""
        if self._asked is None:
            return
        returned = PermitReturn(
            workspace=self._workspace,
            gate=GateReport(request_id=self._asked.gate.request_id, outcome=to_gate),
            breaker=self._breaker_return(to_breaker),
        )
        refused = self._is_refused_by_breaker() and not self._gate_answered
        self._asked = None
        if not refused:
            await workflow.execute_local_activity_method(
                GateActivities.return_leave, returned, **LOCALLY
            )

    @property
    def _call(self) -> PermitCall:
        assert self._asked is not None  # noqa: S101 for the type checker: asked after `prepare`
        return self._asked

    def _of_breaker(self) -> PermitAnswer | None:
        call = self._asked.breaker if self._asked else None
        return self._mailbox.permits.get(call.request.request_id) if call else None

    def _of_gate(self) -> PermitAnswer | None:
        return self._mailbox.permits.get(self._asked.gate.request_id) if self._asked else None

    def _is_refused_by_breaker(self) -> bool:
        answer = self._of_breaker()
        return answer is not None and answer.decision is Decision.REJECTED

    def _breaker_return(self, outcome: PermitOutcome) -> BreakerReport | BreakerCancel | None:
        call = self._call.breaker
        if call is None or self._is_refused_by_breaker():
            return None
        request = call.request
        if not self._granted:
            cancel = CancelRequest(request_id=request.request_id)
            return BreakerCancel(name=call.name, cancel=cancel)
        report = PermitReport(
            request_id=request.request_id, outcome=outcome, settings=request.settings
        )
        return BreakerReport(name=call.name, report=report, job_id=call.job_id)

    async def _answer_to(self, call: PermitCall, give_up_at: datetime) -> PermitAnswer | None:
        patience = ANSWER
        while True:
            answer = self._of_gate() or (self._of_breaker() if call.breaker else None)
            if answer or workflow.now() >= give_up_at:
                return answer
            at_once = await workflow.execute_local_activity_method(
                GateActivities.ask_leave, call, **LOCALLY
            )
            if at_once is not None:
                self._mailbox.take_permit(at_once)
            else:
                left = give_up_at - workflow.now()
                await self._wait_for_answer(call, min(patience, left))
                # whoever is slow to answer is not helped by being asked more often
                patience = min(patience * 2, ASK_AGAIN)

    def _no_answer(self) -> PermitAnswer:
        """Refuse in the name of the one who keeps silent: the breaker, or else the gate."""
        breaker = self._call.breaker
        silent = gate_workflow_id(self._workspace)
        if breaker and not self._of_breaker():
            silent = breaker.name
        return PermitAnswer(
            request_id=self._call.gate.request_id,
            decision=Decision.REJECTED,
            breaker=silent,
            state=NO_ANSWER,
        )

    async def _wait_for_answer(self, call: PermitCall, patience: timedelta) -> None:
        def has_come() -> bool:
            of_breaker = self._of_breaker() if call.breaker else None
            return bool(self._of_gate() or of_breaker)

        try:
            await workflow.wait_condition(has_come, timeout=patience)
        except TimeoutError:
            workflow.logger.warning("permit.no_answer")


def _call(breaker: PlannedBreaker, holder: str) -> BreakerCall:
    request = PermitRequest(
        request_id=str(workflow.uuid4()), holder=holder, settings=breaker.settings
    )
    return BreakerCall(
        name=breaker.name, request=request, workspace=breaker.workspace, job_id=breaker.job_id
    )
