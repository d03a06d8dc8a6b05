"""A sweep's two halves: look for failed runs that no message told of, and report them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.errors import told_to_temporal
from activities.reading.attempts import Attempts
from activities.reading.known_failures import KnownFailures
from activities.reading.sweep import Sweep
from activities.reading.sweep_bounds import Unhurried
from activities.workspace import Workspaces
from lakemend.incident import WORKFLOW, FailureReport, IncidentInput, Source
from lakemend.model import Model
from lakemend.sweep import Findings, FoundRun, Mark, SweepTerms, take_up
from records import Records

PATIENT_TRIES = 3  # then what still cannot be read is left to the next sweep
_SUMMARY_BYTES = 200


class Look(Model):
    """Where to look: from a mark on, or so far back."""

    workspace: str
    mark: Mark | None = None
    since: timedelta | None = None


class Reports(Model):
    """Runs to report."""

    workspace: str
    runs: Sequence[FoundRun]


class SweepActivities:
    """Reads workspaces, by the settings of this worker; it changes nothing."""

    def __init__(
        self,
        workspaces: Workspaces,
        records: Records,
        terms: SweepTerms,
        calls_per_second: float,
    ) -> None:
        self._workspaces = workspaces
        self._records = records
        self._terms = terms
        self._calls_per_second = calls_per_second

    @activity.defn
    def look_for_failures(self, look: Look) -> Findings:
        """Find failed runs that nobody deals with, and say where the next look begins."""
        patient = activity.info().attempt <= PATIENT_TRIES
        since = self._terms.look_back if look.since is None else look.since
        with told_to_temporal():
            sweep = Sweep(
                self._workspaces.of(look.workspace),
                KnownFailures(self._records, look.workspace),
                self._terms,
                Attempts(patient=patient),
                Unhurried(self._calls_per_second),
            )
            return sweep.read(look.workspace, take_up(look.mark, datetime.now(UTC), since))


class SweepReports:
    """Starts incidents in one namespace; they run on `task_queue`."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    async def report_found(self, reports: Reports) -> list[str]:
        """Start an incident for each run as its webhook would have, and return their ids.

        Safe to repeat. A run that has, or had, an incident gets no further one, whatever the
        records say, unless they say that it has failed anew since; its failure key then decides.
        """
        started = [await self._start(reports.workspace, run) for run in reports.runs]
        return [each for each in started if each]

    async def _start(self, workspace: str, run: FoundRun) -> str:
        report = FailureReport(
            source=Source.SWEEP,
            workspace=workspace,
            run_id=run.run_id,
            received_at=datetime.now(UTC),
            job_id=run.job_id,
            job_name=run.job_name,
        )
        incident = IncidentInput(workspace=workspace, run_id=run.run_id, report=report)
        summary = f"{run.job_name or 'job'}: run {run.run_id} failed, and no message told of it"
        policy = WorkflowIDReusePolicy.REJECT_DUPLICATE
        try:
            await self._client.start_workflow(
                WORKFLOW,
                incident,
                id=report.incident_id,
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE if run.again else policy,
                static_summary=summary.encode()[-_SUMMARY_BYTES:].decode(errors="ignore"),
                static_details=f"- workspace: {workspace}\n- found by: a sweep",
            )
        except WorkflowAlreadyStartedError:
            return ""
        return report.incident_id
