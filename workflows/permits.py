"""Leave to act: asking breakers and gate, and telling them how it went."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.gates import GateActivities
    from lakemend.incident import Ending, Outcome
    from lakemend.leave import LevelAnswer
    from lakemend.permit import Decision, PermitAnswer, PermitOutcome
    from lakemend.plan import Plan
    from workflows.levels import Levels, requests_of
    from workflows.mailbox import Mailbox
    from workflows.options import ANSWER, ASK_AGAIN, LOCALLY, SILENCE_GRACE

_REPORTED_AS = {
    Outcome.RECOVERED: PermitOutcome.SUCCESS,
    Outcome.ESCALATED: PermitOutcome.FAILURE,
}


class Permit:
    """One incident's requests, to its breakers and to the gate of its workspace.

    The levels are asked in one order by everybody, and what has been granted is kept while a higher
    level lets it wait: no two incidents wait for what the other one holds.
    """

    def __init__(self, workspace: str, mailbox: Mailbox) -> None:
        self._workspace = workspace
        self._mailbox = mailbox
        self._asked: Levels | None = None
        self._arrived: set[str] = set()

    def prepare(self, plan: Plan, cause: str) -> None:
        """Make the requests of a plan."""
        # an incident that plans anew for the same cause is no further one of it
        comes_back = cause in self._arrived
        call = requests_of(plan, self._workspace, cause, comes_back=comes_back)
        self._asked = Levels(call, self._mailbox)

    @property
    def park_for(self) -> timedelta:
        """How long the plan lets a request wait."""
        return self._levels.gate.park_for

    @property
    def breaker(self) -> LevelAnswer | None:
        """The breaker that it depends on: the one that has not granted, or else the lowest."""
        return self._levels.decisive_breaker()

    def levels(self) -> tuple[LevelAnswer, ...]:
        """Return what each level has answered, lowest first."""
        return self._levels.answers()

    async def ask(self, until: datetime | None = None) -> PermitAnswer:
        """Return the answer of the first level that does not grant, or else of the gate.

        Asked again after a level that had parked the request has granted it, it goes on from there.
        Who gets no answer has waited long enough some time after `until`, or after `park_for`, and
        is refused.
        """
        give_up_at = (until or workflow.now() + self.park_for) + SILENCE_GRACE
        await self._ask_until_answered(give_up_at)
        answer = self._levels.standing()
        if answer is None:
            return self._levels.refused_by_silence()
        if self._levels.heed(answer):
            self._arrived.add(self._levels.gate.cause)
        return answer

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
        answer = self._asked.answer_of_gate() if self._asked else None
        return answer is not None and answer.decision is Decision.PARKED

    async def settle(self, ending: Ending) -> None:
        """Tell every level what the ending means to it."""
        said = _REPORTED_AS.get(ending.outcome, PermitOutcome.IGNORED)
        if ending.stopped:
            said = PermitOutcome.IGNORED
        to_breakers = PermitOutcome.UNKNOWN if ending.unclear else said
        await self.give_back(to_breakers, to_gate=said, not_before=ending.not_before)

    async def give_back(
        self,
        to_breakers: PermitOutcome,
        *,
        to_gate: PermitOutcome | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Report to every level, or leave the queue of those that have not granted yet.

        A request that is on its way may have been granted by levels that were not heard of yet, so
        all of them are told; to one that knows nothing of it that means nothing.
        """
        if self._asked is None:
            return
        returned = self._asked.returned(to_breakers, to_gate or to_breakers, not_before)
        self._asked = None
        if returned.breakers or returned.gate:
            await workflow.execute_local_activity_method(
                GateActivities.return_leave, returned, **LOCALLY
            )

    @property
    def _levels(self) -> Levels:
        assert self._asked is not None  # noqa: S101 for the type checker: asked after `prepare`
        return self._asked

    async def _ask_until_answered(self, give_up_at: datetime) -> None:
        """Ask, and after a silence ask the levels one by one: then it is known who is silent."""
        patience, one_by_one = ANSWER, False
        while self._levels.standing() is None and workflow.now() < give_up_at:
            call = self._levels.still_to_ask(one_by_one=one_by_one)
            at_once = await workflow.execute_local_activity_method(
                GateActivities.ask_leave, call, **LOCALLY
            )
            for answer in at_once:
                self._mailbox.take_permit(answer)
            if not await self._hears(min(patience, give_up_at - workflow.now())):
                one_by_one = True
                # whoever is slow to answer is not helped by being asked more often
                patience = min(patience * 2, ASK_AGAIN)

    async def _hears(self, patience: timedelta) -> bool:
        """Wait for an answer, or for a level to grant that leaves it to the holder to go on."""
        passed = self._levels.passed()

        def has_come() -> bool:
            return self._levels.standing() is not None or self._levels.passed() > passed

        if has_come():
            return True
        try:
            await workflow.wait_condition(has_come, timeout=patience)
        except TimeoutError:
            workflow.logger.warning("permit.no_answer")
            return False
        return True
