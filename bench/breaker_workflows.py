"""The workflows of `bench.breaker`: an incident cut down to its permit, and a bare round trip."""

from datetime import timedelta

from temporalio import activity, workflow

from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateSettings
from lakemend.incident import Ending, Outcome
from lakemend.levels import PlannedBreaker
from lakemend.permit import (
    Decision,
    PermitAnswer,
    PermitRequest,
)
from lakemend.plan import Plan
from lakemend.policy import Consent, Ruling
from lakemend.recording import AuditInput
from workflows.mailbox import Mailbox
from workflows.permits import Permit

LOCALLY = timedelta(seconds=30)
# A healthy repair: evidence, snapshot, repair, the wait for the run, health, settling.
ACTIVITIES = 6
AT_ONCE = BreakerSettings(cool_down=timedelta(0))
"""A rest after each recovery would be all that is measured."""
WORKSPACE = "bench"
# as many at once as a gate may let pass, so that nobody is parked
WIDE_OPEN = GateSettings(max_recoveries=1000, storm=StormSettings(incidents=1000))
# a breaker that counts failures in a row is only asked while it runs; this one always is
ALWAYS_ASKED = AT_ONCE.model_copy(update={"window": Window.COUNT})


def nothing_recovered(_workspace: str, _job_id: str) -> None:
    """Know of no recovery: the records are not measured here."""


@activity.defn
async def record_audit(_written: AuditInput) -> None:
    """Keep nothing: the records are not measured here."""


@activity.defn
async def work() -> None:
    """Do nothing: the server's part is what is measured."""


@workflow.defn(name="BenchIncident", sandboxed=False)
class Incident:
    """Asks `breakers`, lowest first, and the gate as an incident does, works, and reports to all.

    Asks nobody where no breaker is named; returns how many permits it was given. The gate takes
    incidents of one `cause` together.
    """

    def __init__(self) -> None:
        self._mailbox = Mailbox()

    @workflow.run
    async def run(self, breakers: list[str], cause: str) -> int:
        permit = Permit(WORKSPACE, self._mailbox)
        granted = breakers and await self._ask(permit, breakers, cause)
        for _ in range(ACTIVITIES):
            await workflow.execute_activity(work, start_to_close_timeout=LOCALLY)
        await permit.settle(Ending(outcome=Outcome.RECOVERED, message="It works again."))
        return int(bool(granted))

    @workflow.signal
    def permit_answered(self, answer: PermitAnswer) -> None:
        self._mailbox.take_permit(answer)

    async def _ask(self, permit: Permit, breakers: list[str], cause: str) -> bool:
        asked = tuple(PlannedBreaker(name=name, settings=ALWAYS_ASKED) for name in breakers)
        plan = Plan(ruling=Ruling(consent=Consent.ACT), breakers=asked, gate=WIDE_OPEN)
        permit.prepare(plan, cause)
        answer = await permit.ask()
        return answer.decision is Decision.GRANTED


@workflow.defn(name="BenchEcho", sandboxed=False)
class Echo:
    """Signals whoever signals it: the bare round trip."""

    def __init__(self) -> None:
        self._asked: list[PermitRequest] = []

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._asked))
            request = self._asked.pop(0)
            answer = PermitAnswer(
                request_id=request.request_id,
                decision=Decision.GRANTED,
                breaker="echo",
                state="closed",
            )
            holder = workflow.get_external_workflow_handle(request.holder)
            await holder.signal("permit_answered", answer)

    @workflow.signal
    def request_permit(self, request: PermitRequest) -> None:
        self._asked.append(request)


@workflow.defn(name="BenchHolder", sandboxed=False)
class Holder:
    """Ends when it is answered."""

    def __init__(self) -> None:
        self._answered = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._answered)

    @workflow.signal
    def permit_answered(self, _answer: PermitAnswer) -> None:
        self._answered = True
