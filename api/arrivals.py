"""What reaches us becomes an incident, or wakes the one that is open."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.alert import Alert
from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.problems import AwayError
from api.schemas import Accepted, AcceptedAlert, incident_url
from lakemend.incident import (
    KEEP_GOOD_SETTINGS,
    REPORT_FAILURE,
    RESOURCE_FAILED,
    RUN_FAILED,
    TASK_QUEUE,
    WORKFLOW,
    FailureReport,
    IncidentInput,
)
from lakemend.step import WatchedRun

# A warning, a start or a success is news for an open incident, never the reason for one.
STARTING_EVENTS = frozenset({RUN_FAILED, RESOURCE_FAILED})
# The only event that tells with which settings a job works.
SUCCESS = "jobs.on_success"
# An incident may end between the two calls, and another one begin; not again and again.
_TRIES = 3
_SUMMARY_BYTES = 200  # Temporal takes 400 and shows one line


class Arrivals:
    """Hands reports to Temporal: one call for a first report, two for a repeated one."""

    def __init__(self, temporal: TemporalConnection) -> None:
        self._temporal = temporal

    async def report(self, report: FailureReport) -> Accepted:
        """Start the incident, or wake it; raises AwayError and claims nothing then."""
        client = await self._temporal.client()
        async with reaching_temporal():
            if report.event_type in STARTING_EVENTS:
                return await _start_or_wake(client, report)
            return await _wake(client, report)

    async def take_alert(self, alert: Alert) -> AcceptedAlert:
        """Start or wake an incident for each resource that an alert names.

        A call that fails midway is sent again whole: whoever was told already is told once more.
        """
        incidents = [await self.report(report) for report in alert.reports]
        return AcceptedAlert(incidents=incidents, note=alert.note)


async def _start_or_wake(client: Client, report: FailureReport) -> Accepted:
    """Start the incident; where it is open already, wake it with the report.

    Two calls for a repeated report instead of one signal-with-start for all: the first report, for
    which a webhook waits, is a sixth faster, and each incident an event and an action cheaper.
    """
    workflow_id = report.incident_id
    accepted = Accepted(incident_id=workflow_id, status_url=incident_url(workflow_id))
    for _ in range(_TRIES):
        if await _start(client, workflow_id, report) or await _signal(client, workflow_id, report):
            return accepted
    raise AwayError(f"{workflow_id} ends and begins at this moment")


async def _start(client: Client, workflow_id: str, report: FailureReport) -> bool:
    try:
        await client.start_workflow(
            WORKFLOW,
            IncidentInput(
                workspace=report.workspace,
                run_id=report.run_id,
                resource=report.resource,
                report=report,
            ),
            id=workflow_id,
            task_queue=TASK_QUEUE,
            static_summary=_summary(report),
            static_details=_details(report),
            rpc_timeout=CALL_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def _signal(client: Client, workflow_id: str, report: FailureReport) -> bool:
    handle = client.get_workflow_handle(workflow_id)
    try:
        await handle.signal(REPORT_FAILURE, report, rpc_timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def _wake(client: Client, report: FailureReport) -> Accepted:
    workflow_id = report.incident_id
    if await _signal(client, workflow_id, report):
        return Accepted(incident_id=workflow_id, status_url=incident_url(workflow_id))
    if report.event_type == SUCCESS:
        await _keep_good_settings(client, report)
    note = f"{report.event_type} starts no incident, and none is open for run {report.run_id}"
    return Accepted(note=note)


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


def _summary(report: FailureReport) -> str:
    if report.resource:
        return f"{report.resource} failed"
    job = report.job_name or (f"job {report.job_id}" if report.job_id else "job")
    text = f"{job}: run {report.run_id} failed"
    return text.encode()[-_SUMMARY_BYTES:].decode(errors="ignore")


def _details(report: FailureReport) -> str:
    lines = [
        f"- workspace: {report.workspace}",
        *(_resource_details(report) if report.resource else _run_details(report)),
        f"- reported by: {report.source}, {report.received_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    return "\n".join(line for line in lines if line)


def _run_details(report: FailureReport) -> list[str]:
    return [
        f"- job: {report.job_name} ({report.job_id})",
        f"- run: {report.run_id}",
        f"- task: {report.task_key}" if report.task_key else "",
    ]


def _resource_details(report: FailureReport) -> list[str]:
    return [
        f"- resource: {report.resource}",
        f"- told reason: {report.reason}" if report.reason else "",
        f"- alert: {report.alert_id}" if report.alert_id else "",
    ]
