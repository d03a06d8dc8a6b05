"""Recommending a permanent change in the ticket of an incident that ended as others before it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.recommendations import RecommendationActivities
    from lakemend.actions import Escalate
    from lakemend.incident import Ending, Outcome
    from lakemend.phase import PlannedStep
    from lakemend.recommendation import RecommendationRequest, changes_that_help, recommend
    from workflows.options import LOCALLY
    from workflows.story import Story


async def recommend_for_good(story: Story) -> None:
    """Add the recommendation to the story, if the same phase has helped often enough."""
    changes = changes_that_help(story.view)
    if not changes:
        return
    request = RecommendationRequest(
        workspace=story.view.workspace, incident_id=story.view.incident_id, changes=changes
    )
    lines = await workflow.execute_local_activity_method(
        RecommendationActivities.settings_changed, request, **LOCALLY
    )
    story.update(recommendation=recommend(story.view, lines))


def handed_over(step: PlannedStep) -> Ending:
    """Return the end that the playbook itself declares."""
    advice = Escalate.model_validate(step.parameters).recommendation
    return Ending(outcome=Outcome.ESCALATED, message=advice)
