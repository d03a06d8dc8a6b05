"""Carrying out a plan: phase by phase, step by step, attempt by attempt, until one helps."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.decision import Decision
    from lakemend.actions import ESCALATE, Wait
    from lakemend.durations import format_duration
    from lakemend.evidence import Evidence, RunPhase, whole_run_key
    from lakemend.health import taken_over, unhealthy
    from lakemend.incident import Outcome, Stage, StepStatus
    from lakemend.phase import Phase, PlannedStep
    from lakemend.policy import Ending, ending_without_recovery
    from lakemend.step import RunEnd, StepResult, WatchedRun
    from workflows.admission import Admission, Leave
    from workflows.calls import Terms, act, claim, decide, read_again
    from workflows.compensation import Compensation
    from workflows.failures import explain, is_hopeless, not_allowed, somebody_else_was_first
    from workflows.mailbox import Mailbox
    from workflows.proof import Checks, Proof
    from workflows.recommending import handed_over
    from workflows.story import Story
    from workflows.throttling import throttled_until
    from workflows.verdict import Verdict
    from workflows.waiting import wait_for_run

_SUCCEEDED = "the tasks that had failed have succeeded"

NewFailure = tuple[Decision, Evidence]
"""The run fails for another reason now: what it is, and what would be done about it."""


class Recovery:
    """One plan being carried out."""

    def __init__(
        self,
        story: Story,
        mailbox: Mailbox,
        compensation: Compensation,
        admission: Admission,
        leave: Leave,
    ) -> None:
        self._story = story
        self._mailbox = mailbox
        self._compensation = compensation
        self._admission = admission
        self._plan = leave.decision.plan
        self._proof = Proof(story, self._plan)
        self._cause = leave.decision.diagnosis.cause
        self._evidence = leave.evidence
        self._failed_tasks = tuple(task.task_key for task in self._evidence.failed_tasks)
        self._cost_factor = 1.0
        self._not_before: datetime | None = None

    async def run(self) -> Ending | NewFailure:
        """Return how it ended, or a new decision when the run now fails for another reason."""
        for phase in self._plan.phases:
            await self._enter(phase)
            result = await self._phase(phase)
            if result is not None:
                return result
        message = f"No step of {self._plan.playbook} helped. Last: {self._last_message()}"
        return Ending(outcome=Outcome.ESCALATED, message=message, not_before=self._not_before)

    async def _enter(self, phase: Phase) -> None:
        """Begin a phase from the settings as they were: what did not help before goes back."""
        await self._compensation.begin(phase.leases)
        self._cost_factor = 1.0
        if phase.name == "fallback":
            self._story.update(fallback_used=True)
        elif phase.chained:
            self._story.update(chain_executed=(*self._story.view.chain_executed, phase.name))

    async def _phase(self, phase: Phase) -> Ending | NewFailure | None:
        for step in phase.steps:
            verdict = await self._step(phase.name, step)
            if verdict is Verdict.RECOVERED:
                message = f"{step.action} helped: {self._last_message()}."
                return Ending(outcome=Outcome.RECOVERED, message=message)
            if not isinstance(verdict, Verdict):
                return verdict
            if verdict is not Verdict.DONE:
                return None
        return None

    async def _step(self, phase: str, step: PlannedStep) -> Verdict | Ending | NewFailure:
        if step.skip or step.action == ESCALATE:
            self._story.begin_step(step, phase, attempt=1)
            self._story.end_step(status=StepStatus.SKIPPED, message=step.skip or "for a person")
            return Verdict.DONE if step.skip else handed_over(step)
        for attempt in range(1, len(step.pauses) + 2):
            if attempt > 1:
                await self._pause(step, attempt)
            verdict = await self._attempt(phase, step, attempt)
            if verdict is not Verdict.FAILED:
                return verdict
        return Verdict.FAILED

    async def _attempt(
        self, phase: str, step: PlannedStep, attempt: int
    ) -> Verdict | Ending | NewFailure:
        held = await self._admission.hold(self._evidence)
        if held:
            return held
        self._story.update(stage=Stage.RECOVERING)
        self._story.begin_step(step, phase, attempt)
        try:
            result = await self._act(step)
        except ActivityError as error:
            return self._refused(error)
        if result.superseded:
            self._story.end_step(status=StepStatus.SKIPPED, message=result.message)
            return Ending(outcome=Outcome.SUPERSEDED, message=result.message)
        self._story.change_step(message=result.message, calls=result.calls)
        if step.starts_run:
            return await self._watch(step, result)
        if step.brings_back:
            return await self._judge(await self._proof.of_resource(self._evidence), None)
        self._story.end_step(status=StepStatus.SUCCEEDED)
        return Verdict.DONE

    async def _act(self, step: PlannedStep) -> StepResult:
        if step.action == "wait":
            duration = Wait.model_validate(step.parameters).duration
            await workflow.sleep(duration, summary="Cool-off")
            return StepResult(message=f"waited {format_duration(duration)}")
        leased = step.target if step.needs_lease else None
        if leased:
            self._story.update(stage=Stage.WAITING_FOR_LEASE)
            snapshot = step.changes_settings and self._plan.take_snapshots
            await self._compensation.prepare(leased, snapshot=snapshot)
            self._story.update(stage=Stage.RECOVERING)
        result = await act(
            step,
            self._evidence,
            self._failed_tasks,
            Terms(
                # as many steps as were begun: new for every attempt, the same for every try of it
                token=f"{self._story.view.workflow_run_id}/{len(self._story.view.steps)}",
                caps=self._plan.caps,
                cost_factor=self._cost_factor,
            ),
        )
        if result.change:
            self._compensation.changed(result.change)
            self._cost_factor *= result.change.cost_factor
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError
        if leased:
            await self._compensation.give_up_lease(leased)
        return result

    def _refused(self, error: ActivityError) -> Verdict | Ending:
        if is_cancelled_exception(error):
            raise error
        message = explain(error)
        self._not_before = throttled_until(error) or self._not_before
        stopped = not_allowed(error, self._story.view.steps)
        if stopped:
            self._story.end_step(status=StepStatus.SKIPPED, message=message)
            return stopped
        self._story.end_step(status=StepStatus.FAILED, message=message)
        if somebody_else_was_first(error):
            return Ending(outcome=Outcome.SUPERSEDED, message=message)
        return Verdict.HOPELESS if is_hopeless(error) else Verdict.FAILED

    async def _watch(self, step: PlannedStep, result: StepResult) -> Verdict | Ending | NewFailure:
        """Wait for the run that the step started; its end decides whether the step helped."""
        watched = WatchedRun(
            workspace=self._evidence.workspace,
            run_id=result.watch_run_id,
            repair_id=result.repair_id,
        )
        self._compensation.run_started(watched)
        if watched.run_id != self._evidence.run.run_id:
            await self._adopt(watched)
        self._failed_tasks = result.watch_tasks or self._failed_tasks
        self._story.update(stage=Stage.WAITING_FOR_RUN)
        await self._story.publish()
        end = await wait_for_run(watched, self._mailbox, step.run_timeout)
        if end is None:
            waited = format_duration(step.run_timeout)
            message = f"Run {watched.run_id} is still active after {waited}; it is left running."
            self._story.end_step(status=StepStatus.FAILED, message=message)
            return Ending(outcome=Outcome.ESCALATED, message=message, unclear=True)
        self._compensation.run_ended()
        self._story.remember_failure(end.failure_key)
        aside = self._stepped_aside(end, watched)
        if aside:
            return aside
        checks = await self._proof.of_run(self._evidence, self._failed_tasks, end, watched)
        succeeded = end.phase is RunPhase.SUCCEEDED
        return await self._judge(checks, watched, succeeded=succeeded)

    async def _adopt(self, watched: WatchedRun) -> None:
        """Claim a run that we started: a report of its failure begins no incident of its own."""
        key = whole_run_key(watched.workspace, watched.run_id)
        self._story.remember_failure(key)
        await claim(key, self._story.view)

    def _stepped_aside(self, end: RunEnd, watched: WatchedRun) -> Ending | None:
        message = taken_over(watched, end)
        if not message:
            return None
        self._story.end_step(status=StepStatus.SKIPPED, message=message)
        return Ending(outcome=Outcome.SUPERSEDED, message=message)

    async def _judge(
        self, checks: Checks, watched: WatchedRun | None, *, succeeded: bool = False
    ) -> Verdict | Ending | NewFailure:
        """Take the verdict; a run that succeeded cannot be repaired, whatever a check has found."""
        self._story.update(health_checks=checks)
        failed = unhealthy(checks)
        if not failed:
            message = _SUCCEEDED if watched else checks[0].message
            self._story.end_step(status=StepStatus.SUCCEEDED, message=message)
            return Verdict.RECOVERED
        self._story.end_step(status=StepStatus.FAILED, message=failed)
        if succeeded:
            message = f"The run succeeded, but not all is well: {failed}"
            return Ending(outcome=Outcome.ESCALATED, message=message)
        await self._story.publish()
        return await self._look_again(watched)

    async def _look_again(self, watched: WatchedRun | None) -> Verdict | Ending | NewFailure:
        """Read what failed this time: another attempt makes sense for the same cause only."""
        self._evidence = await read_again(self._evidence, watched)
        self._story.remember_failure(self._evidence.failure_key)
        ending = ending_without_recovery(self._evidence)
        if ending:
            return ending
        decision = await decide(self._evidence)
        if decision.diagnosis.cause is self._cause:
            return Verdict.FAILED
        return decision, self._evidence

    async def _pause(self, step: PlannedStep, attempt: int) -> None:
        pause = step.pauses[attempt - 2]
        self._story.update(stage=Stage.BACKING_OFF)
        await workflow.sleep(pause, summary=f"{step.action}: attempt {attempt} follows")

    def _last_message(self) -> str:
        steps = self._story.view.steps
        return steps[-1].message if steps else "there was none"
