"""Getting leave to act, also after a long wait in which others may have been first."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decision import Decision
    from lakemend.durations import format_duration
    from lakemend.evidence import Evidence
    from lakemend.gate.talk import GATE_PREFIX
    from lakemend.incident import Outcome, Parked, Stage
    from lakemend.leave import NO_ANSWER, LevelAnswer
    from lakemend.model import Model
    from lakemend.permit import Decision as PermitDecision
    from lakemend.permit import PermitAnswer, PermitOutcome
    from lakemend.policy import Consent, Ending, ending_without_recovery
    from lakemend.step import WatchedRun
    from workflows.calls import decide, read_again
    from workflows.mailbox import Mailbox
    from workflows.options import PARK_GRACE
    from workflows.permits import Permit
    from workflows.story import Story


class Leave(Model):
    """What may be done now; without `granted` it has to be decided, and asked for, anew."""

    decision: Decision
    evidence: Evidence
    granted: bool = True


class Admission:
    """One incident before breaker and gate."""

    def __init__(self, story: Story, mailbox: Mailbox, permit: Permit) -> None:
        self._story = story
        self._mailbox = mailbox
        self._permit = permit

    async def seek(self, decision: Decision, evidence: Evidence) -> Ending | Leave:
        """Ask, wait if need be, and after a wait look at the run again before anything is done."""
        plan = decision.plan
        self._permit.prepare(plan, decision.diagnosis.cause)
        breaker = plan.breakers[0].name if plan.breakers else ""
        self._story.update(
            stage=Stage.WAITING_FOR_PERMIT, breaker=breaker, leave=self._permit.levels()
        )
        await self._story.publish()
        answer = await self._permit.ask()
        has_waited = answer.decision is PermitDecision.PARKED
        result = await self._wait(answer, evidence) if has_waited else refusal(answer)
        self._tell_levels()
        if answer.storm:
            self._story.update(storm=answer.storm)
        if result:
            return result
        leave = Leave(decision=decision, evidence=evidence)
        return await self._look_again(leave) if has_waited else leave

    def _show_levels(self) -> tuple[LevelAnswer, ...]:
        levels, breaker = self._permit.levels(), self._permit.breaker
        self._story.update(leave=levels)
        if breaker:
            self._story.update(breaker=breaker.level, breaker_state=breaker.state)
        return levels

    def _tell_levels(self) -> None:
        levels = self._show_levels()
        if not self._permit.breaker:
            return
        words = ", ".join(
            f"{each.level} {each.decision or each.state or 'not asked'}" for each in levels
        )
        facts = [each.model_dump(mode="json") for each in levels]
        self._story.tell("leave", f"Leave to act: {words}", levels=facts)

    async def hold(self, evidence: Evidence) -> Ending | None:
        """Before a further step: wait while everything is paused."""
        if not self._permit.is_suspended():
            return None
        return await self._wait(await self._permit.ask(), evidence)

    async def _wait(self, answer: PermitAnswer, evidence: Evidence) -> Ending | None:
        """Wait in line; a report about the run may end it, and so does the time that is allowed."""
        since = workflow.now()
        until = since + self._permit.park_for
        while answer.decision is PermitDecision.PARKED:
            await self._show(answer, since, until)
            await self._permit.wait_in_line(answer, until + PARK_GRACE)
            if self._mailbox.was_reported:
                ending = ending_without_recovery(await self._read(evidence))
                if ending:
                    return ending
            if workflow.now() >= until + PARK_GRACE:
                return _given_up(answer, since)
            answer = await self._permit.ask(until)
        self._story.update(parked=None, storm=answer.storm or self._story.view.storm)
        return refusal(answer)

    async def _show(self, answer: PermitAnswer, since: datetime, until: datetime) -> None:
        before = self._story.view.parked
        parked = Parked(
            by=answer.breaker,
            reason=answer.reason,
            since=since,
            until=until,
            place=answer.place,
            next_probe_at=answer.retry_at,
        )
        self._show_levels()
        self._story.update(
            stage=Stage.PARKED, parked=parked, storm=answer.storm or self._story.view.storm
        )
        if before is None or before.reason != answer.reason:
            facts = parked.model_dump(mode="json", include={"by", "place", "next_probe_at"})
            self._story.tell("parked", f"Parked: {answer.reason}", **facts, storm=answer.storm)
        await self._story.publish()

    async def _look_again(self, leave: Leave) -> Ending | Leave:
        """Hours may have passed: read the run, and decide anew if it is not what it was."""
        evidence = await self._read(leave.evidence)
        ending = ending_without_recovery(evidence)
        if ending:
            return ending
        decision = await decide(evidence)
        if _is_same(decision, leave.decision):
            return Leave(decision=decision, evidence=evidence)
        await self._permit.give_back(PermitOutcome.IGNORED)
        return Leave(decision=decision, evidence=evidence, granted=False)

    async def _read(self, evidence: Evidence) -> Evidence:
        self._mailbox.mark_read()
        run_id = evidence.run.run_id
        run = WatchedRun(workspace=evidence.workspace, run_id=run_id) if run_id else None
        fresh = await read_again(evidence, run)
        self._story.remember_failure(fresh.failure_key)
        return fresh


def refusal(answer: PermitAnswer) -> Ending | None:
    """Say how the incident ends when it may not act; None when it may."""
    if answer.decision is PermitDecision.GRANTED:
        return None
    if answer.state == NO_ANSWER:
        who = "The gate" if answer.breaker.startswith(GATE_PREFIX) else "Circuit breaker"
        message = f"{who} {answer.breaker} gave no answer, however often it was asked."
        return _stopped(message)
    if answer.breaker.startswith(GATE_PREFIX):
        return _stopped(f"Not let through in the time that its playbook allows: {answer.reason}.")
    again = f", next probe {answer.retry_at:%H:%M:%S} UTC" if answer.retry_at else ""
    return _stopped(f"Rejected: circuit breaker {answer.breaker} is {answer.state}{again}.")


def _given_up(answer: PermitAnswer, since: datetime) -> Ending:
    waited = format_duration(workflow.now() - since)
    return _stopped(f"Parked by {answer.breaker} for {waited} without an end: {answer.reason}.")


def _stopped(message: str) -> Ending:
    return Ending(outcome=Outcome.ESCALATED, message=message, stopped=True)


def _is_same(decision: Decision, before: Decision) -> bool:
    """Whether the leave that was granted is for this."""
    plan, earlier = decision.plan, before.plan
    return (
        decision.diagnosis.cause is before.diagnosis.cause
        and plan.ruling.consent is Consent.ACT
        and plan.playbook == earlier.playbook
        and plan.breakers == earlier.breakers
    )
