"""After a success: remember with which settings."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.good_settings import GoodSettingsActivities
    from lakemend.incident import KEEP_GOOD_SETTINGS
    from lakemend.step import WatchedRun
    from workflows.options import calling


@workflow.defn(name=KEEP_GOOD_SETTINGS)
class KeepGoodSettingsWorkflow:
    """One call; its own workflow, because a success has no incident to belong to."""

    @workflow.run
    async def run(self, watched: WatchedRun) -> list[str]:
        """Keep the settings of the job and its clusters; returns what was new."""
        return await workflow.execute_activity_method(
            GoodSettingsActivities.keep_good_settings,
            watched,
            summary=f"Remember the settings of run {watched.run_id}",
            **calling(watched.workspace),
        )
