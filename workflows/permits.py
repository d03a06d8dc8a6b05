"""Leave to act: asking the circuit breaker, and telling it how it went."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.breakers import EntityActivities
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
    from lakemend.plan import PlannedBreaker
    from lakemend.policy import Ending
    from workflows.mailbox import Mailbox
    from workflows.options import ANSWER, LOCALLY

_REPORTED_AS = {
    Outcome.RECOVERED: PermitOutcome.SUCCESS,
    Outcome.ESCALATED: PermitOutcome.FAILURE,
}


class Permit:
    """One incident's request to one breaker at a time."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._call: BreakerCall | None = None

    async def ask(self, breaker: PlannedBreaker) -> PermitAnswer:
        """Ask until there is an answer; asking again with the same id changes nothing."""
        request = PermitRequest(
            request_id=str(workflow.uuid4()),
            holder=workflow.info().workflow_id,
            settings=breaker.settings,
        )
        self._call = BreakerCall(
            name=breaker.name,
            request=request,
            workspace=breaker.workspace,
            job_id=breaker.job_id,
        )
        while request.request_id not in self._mailbox.permits:
            answer = await workflow.execute_local_activity_method(
                EntityActivities.ask_permit, self._call, **LOCALLY
            )
            if answer is not None:
                self._mailbox.take_permit(answer)
                break
            await self._answer(request.request_id)
        return self._mailbox.permits[request.request_id]

    async def wait_in_line(self, parked: PermitAnswer) -> PermitAnswer:
        """Wait until a parked request is granted, or its time in the queue is over."""
        answers = self._mailbox.permits
        await workflow.wait_condition(
            lambda: answers[parked.request_id].decision is not Decision.PARKED
        )
        return answers[parked.request_id]

    async def settle(self, outcome: Outcome) -> None:
        """Tell the breaker what the outcome means to it."""
        await self.give_back(_REPORTED_AS.get(outcome, PermitOutcome.IGNORED))

    async def give_back(self, outcome: PermitOutcome) -> None:
        """Report a granted permit; leave the queue with one that was never granted."""
        if self._call is None:
            return
        call, self._call = self._call, None
        request_id = call.request.request_id
        answer = self._mailbox.permits.get(request_id)
        if answer is None or answer.decision is Decision.PARKED:
            cancel = BreakerCancel(name=call.name, cancel=CancelRequest(request_id=request_id))
            await workflow.execute_local_activity_method(
                EntityActivities.cancel_permit, cancel, **LOCALLY
            )
        elif answer.decision is Decision.GRANTED:
            report = PermitReport(
                request_id=request_id, outcome=outcome, settings=call.request.settings
            )
            await workflow.execute_local_activity_method(
                EntityActivities.report_permit,
                BreakerReport(name=call.name, report=report, job_id=call.job_id),
                **LOCALLY,
            )

    async def _answer(self, request_id: str) -> None:
        try:
            await workflow.wait_condition(
                lambda: request_id in self._mailbox.permits, timeout=ANSWER
            )
        except TimeoutError:
            workflow.logger.warning("permit.no_answer", extra={"request_id": request_id})


def refusal(answer: PermitAnswer) -> Ending | None:
    """Say how the incident ends when it may not act; None when it may."""
    if answer.decision is Decision.GRANTED:
        return None
    again = f", next probe {answer.retry_at:%H:%M:%S} UTC" if answer.retry_at else ""
    message = f"Rejected: circuit breaker {answer.breaker} is {answer.state}{again}."
    return Ending(outcome=Outcome.ESCALATED, message=message)
