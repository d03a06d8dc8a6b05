"""A dry run: what each phase of a plan would call, without calling it."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from lakemend.actions import ACTIONS
    from lakemend.evidence import Evidence
    from lakemend.incident import StepStatus
    from lakemend.phase import PlannedStep
    from lakemend.plan import Plan
    from workflows.calls import Terms, act
    from workflows.failures import explain
    from workflows.story import Story


async def rehearse(story: Story, plan: Plan, evidence: Evidence) -> None:
    """Add the steps of all phases to the story, each with the calls it would make.

    Each phase begins from the settings as they were, so that what is there now tells its calls.
    """
    for phase in plan.phases:
        for step in phase.steps:
            story.begin_step(step, phase.name, attempt=1)
            await _rehearse(story, step, plan, evidence)


async def _rehearse(story: Story, step: PlannedStep, plan: Plan, evidence: Evidence) -> None:
    if step.skip or not ACTIONS[step.action].calls_workspace:
        story.end_step(status=StepStatus.SKIPPED, message=step.skip or "it calls nothing")
        return
    failed = tuple(task.task_key for task in evidence.failed_tasks)
    try:
        result = await act(step, evidence, failed, Terms(plan.caps, dry_run=True))
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        story.end_step(status=StepStatus.FAILED, message=explain(error))
        return
    story.end_step(status=StepStatus.SKIPPED, message=result.message, calls=result.calls)
