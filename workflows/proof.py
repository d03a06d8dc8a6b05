"""What shows that a step helped: the run's success or the resource's state, and further checks."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.evidence import Evidence
    from lakemend.health import run_succeeded
    from lakemend.incident import HealthCheckResult, Stage
    from lakemend.plan import Plan
    from lakemend.step import RunEnd, WatchedRun
    from workflows.calls import check_health
    from workflows.story import Story

Checks = tuple[HealthCheckResult, ...]


class Proof:
    """The health checks of one plan."""

    def __init__(self, story: Story, plan: Plan) -> None:
        self._story = story
        self._plan = plan

    async def of_run(
        self, evidence: Evidence, failed_tasks: tuple[str, ...], end: RunEnd, watched: WatchedRun
    ) -> Checks:
        """Look at the run's end first: one that failed needs no further look."""
        accept = self._plan.health_terms.accept_failures
        succeeded = run_succeeded(failed_tasks, end, accept_failures=accept)
        further = tuple(name for name in self._plan.health_checks if name != succeeded.check)
        if not succeeded.passed or not further:
            return (succeeded,)
        self._story.update(stage=Stage.CHECKING_HEALTH)
        return (succeeded, *await check_health(further, watched, evidence, self._plan))

    async def of_resource(self, evidence: Evidence) -> Checks:
        """Look at a resource that was brought back: a call that was taken proves nothing."""
        self._story.update(stage=Stage.CHECKING_HEALTH)
        return await check_health(self._plan.health_checks, None, evidence, self._plan)
