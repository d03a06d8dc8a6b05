"""What reaches us becomes an incident, or wakes the one that is open."""

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.schemas import Accepted, incident_url
from lakemend.incident import (
    JOB_ID_ATTRIBUTE,
    KEEP_GOOD_SETTINGS,
    REPORT_FAILURE,
    TASK_QUEUE,
    WORKFLOW,
    WORKSPACE_ATTRIBUTE,
    FailureReport,
    IncidentInput,
    incident_id,
)
from lakemend.step import WatchedRun

# A warning, a start or a success is news for an open incident, never the reason for one.
STARTING_EVENTS = frozenset({"jobs.on_failure"})
# The only event that tells with which settings a job works.
SUCCESS = "jobs.on_success"
_WORKSPACE = SearchAttributeKey.for_keyword(WORKSPACE_ATTRIBUTE)
_JOB_ID = SearchAttributeKey.for_keyword(JOB_ID_ATTRIBUTE)
_SUMMARY_BYTES = 200  # Temporal takes 400 and shows one line


class Arrivals:
    """Hands reports to Temporal, one call each."""

    def __init__(self, temporal: TemporalConnection) -> None:
        self._temporal = temporal

    async def report(self, report: FailureReport) -> Accepted:
        """Start the incident of the run, or wake it; raises AwayError and claims nothing then."""
        client = await self._temporal.client()
        async with reaching_temporal():
            if report.event_type in STARTING_EVENTS:
                return await _signal_with_start(client, report)
            return await _wake(client, report)


async def _signal_with_start(client: Client, report: FailureReport) -> Accepted:
    workflow_id = incident_id(report.workspace, report.run_id)
    await client.start_workflow(
        WORKFLOW,
        IncidentInput(workspace=report.workspace, run_id=report.run_id),
        id=workflow_id,
        task_queue=TASK_QUEUE,
        start_signal=REPORT_FAILURE,
        start_signal_args=[report],
        search_attributes=_search_attributes(report),
        static_summary=_summary(report),
        static_details=_details(report),
        rpc_timeout=CALL_TIMEOUT,
    )
    return Accepted(incident_id=workflow_id, status_url=incident_url(workflow_id))


async def _wake(client: Client, report: FailureReport) -> Accepted:
    workflow_id = incident_id(report.workspace, report.run_id)
    handle = client.get_workflow_handle(workflow_id)
    try:
        await handle.signal(REPORT_FAILURE, report, rpc_timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        if report.event_type == SUCCESS:
            await _keep_good_settings(client, report)
        note = f"{report.event_type} starts no incident, and none is open for run {report.run_id}"
        return Accepted(note=note)
    return Accepted(incident_id=workflow_id, status_url=incident_url(workflow_id))


async def _keep_good_settings(client: Client, report: FailureReport) -> None:
    """Have the settings of a success remembered; one look at a job at a time is enough."""
    await client.start_workflow(
        KEEP_GOOD_SETTINGS,
        WatchedRun(workspace=report.workspace, run_id=report.run_id),
        id=f"good-settings:{report.workspace}:job-{report.job_id or report.run_id}",
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Remember the settings of run {report.run_id}",
        rpc_timeout=CALL_TIMEOUT,
    )


def _search_attributes(report: FailureReport) -> TypedSearchAttributes:
    pairs = [SearchAttributePair(_WORKSPACE, report.workspace)]
    if report.job_id:
        pairs.append(SearchAttributePair(_JOB_ID, report.job_id))
    return TypedSearchAttributes(pairs)


def _summary(report: FailureReport) -> str:
    job = report.job_name or (f"job {report.job_id}" if report.job_id else "job")
    text = f"{job}: run {report.run_id} failed"
    return text.encode()[-_SUMMARY_BYTES:].decode(errors="ignore")


def _details(report: FailureReport) -> str:
    lines = [
        f"- workspace: {report.workspace}",
        f"- job: {report.job_name} ({report.job_id})",
        f"- run: {report.run_id}",
        f"- task: {report.task_key}" if report.task_key else "",
        f"- reported by: {report.source}, {report.received_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    return "\n".join(line for line in lines if line)
