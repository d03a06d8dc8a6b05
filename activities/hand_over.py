"""Runs that died with a resource get incidents of their own, as if their webhook had come."""

from datetime import UTC, datetime

from temporalio import activity
from temporalio.client import Client

from lakemend.evidence import LostRun
from lakemend.incident import (
    REPORT_FAILURE,
    WORKFLOW,
    FailureReport,
    IncidentInput,
    Source,
)
from lakemend.model import Model

_SUMMARY_BYTES = 200


class HandOver(Model):
    """Runs to report, and the incident that found them."""

    workspace: str
    runs: tuple[LostRun, ...]
    found_by: str


class HandOverActivities:
    """Talks to the incidents of one namespace; they run on `task_queue`."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def hand_over(self, request: HandOver) -> list[str]:
        """Start or wake the incident of each run, and return their ids.

        Safe to repeat: a run that is reported twice, also by its own webhook, has one open incident
        at most, and a failure that was dealt with is known by its key.
        """
        return [await self._report(request, run) for run in request.runs]

    async def _report(self, request: HandOver, run: LostRun) -> str:
        report = FailureReport(
            source=Source.ALERT,
            workspace=request.workspace,
            run_id=run.run_id,
            received_at=datetime.now(UTC),
            job_id=run.job_id,
            job_name=run.job_name,
            reason=f"found by {request.found_by}",
        )
        summary = f"{run.job_name or 'job'}: run {run.run_id} died with its compute"
        await self._client.start_workflow(
            WORKFLOW,
            IncidentInput(workspace=request.workspace, run_id=run.run_id),
            id=report.incident_id,
            task_queue=self._task_queue,
            start_signal=REPORT_FAILURE,
            start_signal_args=[report],
            static_summary=summary.encode()[-_SUMMARY_BYTES:].decode(errors="ignore"),
            static_details=f"- found by: {request.found_by}",
        )
        return report.incident_id
