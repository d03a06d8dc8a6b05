"""The way of an incident, from the first report to the closed ticket."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.decision import Decision
    from lakemend.deciding import inputs_of, record_decision
    from lakemend.evidence import Evidence, RunPhase, run_phase
    from lakemend.incident import (
        REPORT_FAILURE,
        WORKFLOW,
        FailureReport,
        IncidentInput,
        IncidentView,
        Outcome,
        Source,
        Stage,
    )
    from lakemend.lease import LeaseGrant, LeaseRefusal
    from lakemend.permit import PermitAnswer, PermitOutcome
    from lakemend.phase import RUN_TIMEOUT
    from lakemend.policy import Consent, Ending, ending_without_recovery
    from lakemend.resource import doubted
    from lakemend.step import WatchedRun
    from workflows.admission import Admission
    from workflows.calls import claim, decide, hand_over, read_evidence, read_resource
    from workflows.compensation import Compensation
    from workflows.failures import interrupted
    from workflows.former_run import ABANDON, give_back_lease, give_back_leave
    from workflows.mailbox import Mailbox
    from workflows.options import NEWCOMER
    from workflows.permits import Permit
    from workflows.recommending import recommend_for_good
    from workflows.recovery import Recovery
    from workflows.rehearsal import rehearse
    from workflows.signals import read
    from workflows.story import Story
    from workflows.waiting import wait_for_run

# A run that fails for a new reason after each repair is dealt with so often, then escalates.
MOST_PLANS = 3


@workflow.defn(name=WORKFLOW)
class IncidentWorkflow:
    """Recovers one failed job run or resource, and puts back whatever it changed on the way."""

    @workflow.init
    def __init__(self, incident: IncidentInput) -> None:
        info = workflow.info()
        self._incident = incident
        self._mailbox = Mailbox()
        self._story = Story(
            IncidentView(
                incident_id=info.workflow_id,
                workspace=incident.workspace,
                run_id=incident.run_id,
                resource=incident.resource,
                started_at=workflow.now(),
                workflow_run_id=info.run_id,
            )
        )
        if incident.report:
            self._mailbox.take_report(incident.report)
            if incident.report.source is Source.SWEEP:
                self._story.tell("found", "A sweep found it: no message had told of it.")
        self._compensation = Compensation(self._story, self._mailbox)
        self._permit = Permit(incident.workspace, self._mailbox)
        self._admission = Admission(self._story, self._mailbox, self._permit)

    @workflow.run
    async def run(self, incident: IncidentInput) -> IncidentView:
        """Deal with the failure, settle whatever the outcome, and look again if it failed anew."""
        cancelled = False
        try:
            ending = await self._deal_with_it()
        except (ActivityError, asyncio.CancelledError) as error:
            cancelled = is_cancelled_exception(error)
            ending = interrupted(error)
        await self._settle(ending)
        if cancelled:
            raise asyncio.CancelledError
        if self._mailbox.unread_failure:
            workflow.continue_as_new(incident.model_copy(update={"report": None}))
        return self._story.view

    async def _deal_with_it(self) -> Ending:
        if not await self._is_news():
            return Ending(outcome=Outcome.DUPLICATE, message="This alert was dealt with before.")
        evidence = await (self._read_resource() if self._incident.resource else self._read_run())
        # a dry run takes nothing from the recovery that may follow it
        rehearsed = self._incident.dry_run
        if not rehearsed and not await claim(evidence.failure_key, self._story.view):
            message = "This failure was dealt with before."
            return Ending(outcome=Outcome.DUPLICATE, message=message)
        await self._hand_over(evidence)
        ending = ending_without_recovery(evidence)
        if ending:
            return ending
        decision = await decide(evidence)
        for _ in range(MOST_PLANS):
            result = await self._carry_out(decision, evidence)
            if isinstance(result, Ending):
                return doubted(result, evidence)
            decision, evidence = result
        message = "It failed for another reason after every repair."
        return Ending(outcome=Outcome.ESCALATED, message=message)

    async def _is_news(self) -> bool:
        """Claim the alert that reported the failure: a later delivery of it is a duplicate."""
        self._mailbox.mark_read()
        keys = [f"{self._incident.workspace}/alert/{alert}" for alert in self._mailbox.alerts]
        for key in keys:
            self._story.remember_failure(key)
        return not keys or any([await claim(key, self._story.view) for key in keys])

    async def _read_run(self) -> Evidence:
        """Read the run; one that is still active is left alone until it has ended.

        The platform may be about to retry the task by itself, and a second repair would run the
        work twice.
        """
        watched = WatchedRun(workspace=self._incident.workspace, run_id=self._incident.run_id)
        self._mailbox.mark_read()
        evidence = await read_evidence(watched, NEWCOMER)
        if run_phase(evidence.run) is RunPhase.ACTIVE and not evidence.run.latest_repair_id:
            self._story.update(stage=Stage.RUN_STILL_ACTIVE)
            await wait_for_run(watched, self._mailbox, RUN_TIMEOUT)
            evidence = await read_evidence(watched)
        run = evidence.run
        self._story.update(
            job_id=run.job_id,
            job_name=evidence.job.name if evidence.job else run.run_name,
            run_page_url=run.run_page_url,
            inputs=inputs_of(evidence),
        )
        self._story.remember_failure(evidence.failure_key)
        return evidence

    async def _read_resource(self) -> Evidence:
        self._mailbox.mark_read()
        evidence = await read_resource(self._incident.workspace, self._incident.resource, NEWCOMER)
        name = evidence.resource.name if evidence.resource else ""
        self._story.update(resource_name=name, inputs=inputs_of(evidence))
        self._story.remember_failure(evidence.failure_key)
        return evidence

    async def _hand_over(self, evidence: Evidence) -> None:
        """Leave the runs that died with a resource to incidents of their own."""
        lost = len(evidence.lost_runs)
        if self._incident.dry_run and lost:
            self._story.note(
                f"Runs that died with it, each would get an incident of its own: {lost}."
            )
        elif lost:
            found_by = self._story.view.incident_id
            self._story.update(handed_over=await hand_over(evidence, found_by))
            self._story.tell("handed_over", f"runs that died with it: {lost}", runs=lost)

    async def _carry_out(
        self, decision: Decision, evidence: Evidence
    ) -> Ending | tuple[Decision, Evidence]:
        diagnosis, plan = decision.diagnosis, decision.plan
        self._story.decided(record_decision(diagnosis, plan, evidence))
        self._story.tell("diagnosed", diagnosis.summary, **diagnosis.model_dump(mode="json"))
        if plan.playbook:
            self._story.tag_error_type(plan.playbook)
        if plan.ruling.consent is Consent.ESCALATE:
            return Ending(outcome=Outcome.ESCALATED, message=plan.ruling.reason)
        if plan.ruling.consent is Consent.OBSERVE or self._incident.dry_run:
            await rehearse(self._story, plan, evidence)
            message = plan.ruling.reason or "A dry run: the steps show the calls it would make."
            return Ending(outcome=Outcome.OBSERVED, message=message)
        leave = await self._admission.seek(decision, evidence)
        if isinstance(leave, Ending):
            return leave
        if not leave.granted:
            return leave.decision, leave.evidence
        recovery = Recovery(self._story, self._mailbox, self._compensation, self._admission, leave)
        result = await recovery.run()
        if not isinstance(result, Ending):
            await self._compensation.restore()
            # the cause that a storm is about is over for this run
            await self._permit.give_back(PermitOutcome.FAILURE, to_gate=PermitOutcome.IGNORED)
        elif leave.decision.plan.keep_change and result.outcome is Outcome.RECOVERED:
            self._compensation.keep_changes()
        elif result.outcome is Outcome.RECOVERED:
            await recommend_for_good(self._story)
        return result

    async def _settle(self, ending: Ending) -> None:
        """Put settings back, return leases and permit, and write the ticket; always done."""
        self._story.update(stage=Stage.SETTLING, message=ending.message, parked=None)
        all_restored = await self._compensation.restore()
        await self._compensation.release()
        await self._permit.settle(ending)
        if not all_restored and ending.outcome is Outcome.RECOVERED:
            message = f"{ending.message} But a changed setting could not be put back; see notes."
            ending = Ending(outcome=Outcome.ESCALATED, message=message)
        self._story.update(
            stage=Stage.ENDED,
            outcome=ending.outcome,
            message=ending.message,
            ended_at=workflow.now(),
        )
        self._story.tell(ending.outcome, ending.message)
        self._story.tag_outcome(ending.outcome)
        await self._story.publish(settled=not self._incident.dry_run)

    @workflow.signal(name=REPORT_FAILURE)
    def report_failure(self, *arguments: Any) -> None:
        """Take a FailureReport about this run, the first or a later one."""
        if report := read(FailureReport.model_validate, arguments):
            self._mailbox.take_report(report)

    @workflow.signal(unfinished_policy=ABANDON)
    async def permit_answered(self, *arguments: Any) -> None:
        """Take the PermitAnswer of a breaker or gate."""
        if answer := read(PermitAnswer.model_validate, arguments):
            self._mailbox.take_permit(answer)
            await give_back_leave(answer, self._mailbox)

    @workflow.signal(unfinished_policy=ABANDON)
    async def lease_granted(self, *arguments: Any) -> None:
        """Take a LeaseGrant."""
        if grant := read(LeaseGrant.model_validate, arguments):
            self._mailbox.take_lease(grant)
            await give_back_lease(grant, self._incident.workspace, self._mailbox)

    @workflow.signal
    def lease_refused(self, *arguments: Any) -> None:
        """Take a LeaseRefusal: a lease is gone, or its queue is full."""
        if refusal := read(LeaseRefusal.model_validate, arguments):
            self._mailbox.take_lease(refusal)

    @workflow.query
    def view(self) -> IncidentView:
        """Return all that people see of the incident."""
        return self._story.view
