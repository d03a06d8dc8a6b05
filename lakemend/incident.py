"""An incident: what reached us, how it is named, and what people see of it."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from lakemend.decision_record import DecisionRecord, Inputs
from lakemend.diagnosis import Diagnosis
from lakemend.model import Model

KEEP_GOOD_SETTINGS = "keep-good-settings"
WORKFLOW = "IncidentWorkflow"
TASK_QUEUE = "lakemend"
REPORT_FAILURE = "report_failure"
DEFAULT_WORKSPACE = "default"

# Keywords that the Temporal server must know before a workflow may carry them.
WORKSPACE_ATTRIBUTE = "LakemendWorkspace"
JOB_ID_ATTRIBUTE = "LakemendJobId"
ERROR_TYPE_ATTRIBUTE = "LakemendErrorType"
OUTCOME_ATTRIBUTE = "LakemendOutcome"
BREAKER_STATE_ATTRIBUTE = "BreakerState"
SEARCH_ATTRIBUTES = (
    WORKSPACE_ATTRIBUTE,
    JOB_ID_ATTRIBUTE,
    ERROR_TYPE_ATTRIBUTE,
    OUTCOME_ATTRIBUTE,
    BREAKER_STATE_ATTRIBUTE,
)


class Source(StrEnum):
    """Who told us."""

    WEBHOOK = "webhook"
    ALERT = "alert"
    SWEEP = "sweep"
    MANUAL = "manual"


class FailureReport(Model):
    """A hint that a run failed, never the truth.

    `run_id` is the job run, also when the report was about one of its tasks. Ids are strings of
    digits: they exceed 2^53, where JavaScript and JSON viewers round numbers.
    """

    source: Source
    workspace: str = DEFAULT_WORKSPACE
    run_id: str
    received_at: datetime
    event_type: str = "jobs.on_failure"
    job_id: str = ""
    job_name: str = ""
    task_key: str = ""


class Stage(StrEnum):
    """Where an open incident stands."""

    ARRIVED = "arrived"
    RUN_STILL_ACTIVE = "run_still_active"
    WAITING_FOR_PERMIT = "waiting_for_permit"
    PARKED = "parked"
    WAITING_FOR_LEASE = "waiting_for_lease"
    RECOVERING = "recovering"
    WAITING_FOR_RUN = "waiting_for_run"
    BACKING_OFF = "backing_off"
    CHECKING_HEALTH = "checking_health"
    SETTLING = "settling"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an incident ended."""

    RECOVERED = "recovered"
    ESCALATED = "escalated"
    OBSERVED = "observed"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"


class IncidentInput(Model):
    """What starts an incident: the first report, or a person. Later reports come as signals."""

    workspace: str = DEFAULT_WORKSPACE
    run_id: str
    report: FailureReport | None = None
    dry_run: bool = False
    requested_by: str = ""


class Call(Model):
    """One call that changed the workspace, in words a person can check."""

    method: str
    path: str
    summary: str


class StepStatus(StrEnum):
    """How one attempt of a step ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class StepRecord(Model):
    """One attempt of one step, as it went."""

    action: str
    phase: str = "steps"
    attempt: int = 1
    decision: int = Field(default=0, description="of which of the decisions, counted from 1")
    target: str = ""
    status: StepStatus = StepStatus.RUNNING
    message: str = ""
    calls: tuple[Call, ...] = ()
    started_at: datetime
    ended_at: datetime | None = None


class IncidentView(Model):
    """All that people see of an incident: query answer, workflow result and ticket in one."""

    incident_id: str
    workspace: str
    run_id: str
    job_id: str = ""
    job_name: str = ""
    run_page_url: str = ""
    stage: Stage = Stage.ARRIVED
    outcome: Outcome | None = None
    message: str = ""
    inputs: Inputs | None = None
    diagnosis: Diagnosis | None = None
    decisions: tuple[DecisionRecord, ...] = ()
    playbook: str = ""
    breaker: str = ""
    breaker_state: str = ""
    steps: tuple[StepRecord, ...] = ()
    health_checks: tuple["HealthCheckResult", ...] = ()
    fallback_used: bool = False
    chain_executed: tuple[str, ...] = ()
    failure_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="what a person should know besides")
    recommendation: tuple[str, ...] = Field(
        default=(), description="why to make a change for good, and the settings, each in a line"
    )
    started_at: datetime
    ended_at: datetime | None = None
    workflow_run_id: str = ""
    ticket: str = Field(default="", description="like LM-000123; filled by the records")


class HealthCheckResult(Model):
    """What one health check found."""

    check: str
    passed: bool
    message: str = ""


def incident_id(workspace: str, run_id: str) -> str:
    """Return the workflow id: one open incident per job run."""
    return f"incident:{workspace}:run-{run_id}"


def parse_incident_id(workflow_id: str) -> tuple[str, str]:
    """Return `(workspace, run_id)`; raises ValueError for an id that is not an incident's."""
    kind, _, rest = workflow_id.partition(":")
    workspace, _, subject = rest.rpartition(":")
    if kind != "incident" or not workspace or not subject.startswith("run-"):
        raise ValueError(f"{workflow_id!r} is not like 'incident:WORKSPACE:run-RUN_ID'")
    return workspace, subject.removeprefix("run-")
