"""The plain workflow to compare with: the same calls to the workspace, and nothing around them."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.evidence import EvidenceActivities
    from activities.runs import RunActivities
    from lakemend.evidence import Evidence
    from lakemend.step import ResourceKind, RunEnd, StepInput, StepResult, Target, WatchedRun
    from workflows.options import POLL_RETRY, calling, workspace_queue

_STEP = timedelta(minutes=10)


@workflow.defn
class PlainRepairWorkflow:
    """Reads a failed run, repairs it, and waits for its end."""

    @workflow.run
    async def run(self, watched: WatchedRun) -> RunEnd:
        """Return how the repaired run ended."""
        evidence = await workflow.execute_activity_method(
            EvidenceActivities.read_evidence, watched, **calling(watched.workspace)
        )
        repaired = await workflow.execute_activity(
            "repair_run",
            _step(evidence),
            result_type=StepResult,
            **calling(watched.workspace, within=_STEP),
        )
        return await workflow.execute_activity_method(
            RunActivities.wait_for_run,
            watched.model_copy(update={"repair_id": repaired.repair_id}),
            task_queue=workspace_queue(watched.workspace),
            start_to_close_timeout=_STEP,
            retry_policy=POLL_RETRY,
        )


def _step(evidence: Evidence) -> StepInput:
    return StepInput(
        workspace=evidence.workspace,
        incident_id=workflow.info().workflow_id,
        token=workflow.info().run_id,
        action="repair_run",
        target=Target(kind=ResourceKind.RUN, id=evidence.run.run_id),
        run_id=evidence.run.run_id,
        job_id=evidence.run.job_id,
        failed_at=evidence.run.ended_at,
    )
