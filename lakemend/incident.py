"""An incident: what reached us, how it is named, and what people see of it."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from lakemend.decision_record import DecisionRecord, Inputs
from lakemend.diagnosis import Diagnosis
from lakemend.leave import LevelAnswer, Parked
from lakemend.model import Model

KEEP_GOOD_SETTINGS = "keep-good-settings"
WORKFLOW = "IncidentWorkflow"
TASK_QUEUE = "lakemend"
REPORT_FAILURE = "report_failure"
RUN_FAILED = "jobs.on_failure"
RESOURCE_FAILED = "resource.on_failure"
"""What a report about a cluster, pipeline or warehouse says; the platform has no such event."""
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


_RESOURCE = r"(?:cluster|pipeline|warehouse)-[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
INCIDENT_ID = rf"^incident:([A-Za-z0-9._-]{{1,100}}):(?:run-([0-9]{{1,19}})|({_RESOURCE}))$"


class Source(StrEnum):
    """Who told us."""

    WEBHOOK = "webhook"
    ALERT = "alert"
    SWEEP = "sweep"
    MANUAL = "manual"


class Subject(Model):
    """What an incident is about: a job run, or a resource like `cluster-0712-abc`.

    Ids of runs are strings of digits: they exceed 2^53, where JavaScript and JSON viewers round
    numbers.
    """

    workspace: str = DEFAULT_WORKSPACE
    run_id: str = ""
    resource: str = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.run_id) is bool(self.resource):
            raise ValueError("an incident is about a run or about a resource")
        return self

    @property
    def incident_id(self) -> str:
        """The workflow id: one open incident for each run, and for each resource."""
        return f"incident:{self.workspace}:{self.resource or f'run-{self.run_id}'}"


class FailureReport(Subject):
    """A hint that something failed, never the truth.

    `run_id` is the job run, also when the report was about one of its tasks. `alert_id` is the same
    for each delivery of one alert.
    """

    source: Source
    received_at: datetime
    event_type: str = RUN_FAILED
    job_id: str = ""
    job_name: str = ""
    task_key: str = ""
    reason: str = ""
    alert_id: str = ""


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


class Ending(Model):
    """How an incident ends, and why.

    `unclear` is an end at which nobody can say whether the recovery helped; `stopped` one before
    the recovery could help or fail, by a person or by what is allowed; `not_before` the instant
    before which the workspace wants nothing tried.
    """

    outcome: Outcome
    message: str
    unclear: bool = False
    stopped: bool = False
    not_before: datetime | None = None


class IncidentInput(Subject):
    """What starts an incident: the first report, or a person. Later reports come as signals."""

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
    run_id: str = ""
    resource: str = ""
    resource_name: str = ""
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
    leave: tuple[LevelAnswer, ...] = Field(default=(), description="what each level answered")
    parked: Parked | None = None
    storm: str = Field(default="", description="the storm it began or waited in")
    steps: tuple[StepRecord, ...] = ()
    health_checks: tuple["HealthCheckResult", ...] = ()
    fallback_used: bool = False
    chain_executed: tuple[str, ...] = ()
    failure_keys: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = Field(
        default=(), description="incidents of the runs that died with the resource"
    )
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
    """Return the workflow id of a job run's incident."""
    return Subject(workspace=workspace, run_id=run_id).incident_id


def resource_name(kind: str, id_: str) -> str:
    """Return the name of a `cluster`, `pipeline` or `warehouse`; raises ValueError for a bad id."""
    name = f"{kind}-{id_}"
    if not re.fullmatch(_RESOURCE, name):
        raise ValueError(f"a {kind}'s id is made of letters, digits, - and _, at most 100")
    return name


def parse_incident_id(workflow_id: str) -> Subject:
    """Return what an incident is about; raises ValueError for an id that is not an incident's."""
    found = re.fullmatch(INCIDENT_ID, workflow_id)
    if found is None:
        raise ValueError(
            f"{workflow_id!r} is not like 'incident:WORKSPACE:run-RUN_ID' or "
            "'incident:WORKSPACE:cluster-CLUSTER_ID'"
        )
    workspace, run_id, resource = found.groups(default="")
    return Subject(workspace=workspace, run_id=run_id, resource=resource)
