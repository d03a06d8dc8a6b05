"""What a step is given and what it answers; every activity of a recovery speaks in these."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from lakemend.budget import Budgets
from lakemend.evidence import RunPhase
from lakemend.incident import Call
from lakemend.model import Model


class ResourceKind(StrEnum):
    """What can be changed, leased and restored."""

    RUN = "run"
    JOB = "job"
    CLUSTER = "cluster"
    CLUSTER_USERS = "cluster-users"
    """The jobs that name a cluster, and the cluster that stands in for it."""
    LIBRARIES = "libraries"
    WAREHOUSE = "warehouse"
    PIPELINE = "pipeline"


class Target(Model):
    """What a step acts on.

    For a job, which of its clusters: a shared `job_cluster_key`, or the own `new_cluster` of
    `task_key`. With `edit_deployed` it may be one that a tool deploys.
    """

    kind: ResourceKind
    id: str
    task_key: str = ""
    job_cluster_key: str = ""
    edit_deployed: bool = False

    @property
    def resource(self) -> str:
        """The name under which it is restored, like `cluster-0712-abc`."""
        return f"{self.kind}-{self.id}"

    @property
    def lease(self) -> str:
        """The name under which it is leased: who changes a cluster's libraries restarts it."""
        kind = ResourceKind.CLUSTER if self.kind is ResourceKind.LIBRARIES else self.kind
        return f"{kind}-{self.id}"


def target_of(resource: str) -> Target:
    """Read a name like `cluster-users-0712-abc`; raises ValueError for another one."""
    fitting = [kind for kind in ResourceKind if resource.startswith(f"{kind}-")]
    if not fitting:
        raise ValueError(f"{resource!r} is not like 'job-123'")
    kind = max(fitting, key=len)
    return Target(kind=kind, id=resource.removeprefix(f"{kind}-"))


class Caps(Model):
    """How far a step may go, and how much its job may use within a day."""

    max_workers: int = 10
    max_cost_factor: float = 4
    budgets: Budgets = Budgets()


class StepInput(Model):
    """One attempt of one step.

    `token` is the same for every retry of this attempt and new for each attempt. `latest_repair_id`
    is the newest repair that the plan saw: a newer one is either ours, from a try whose answer got
    lost, or somebody else's.
    """

    workspace: str
    incident_id: str
    token: str
    action: str
    parameters: dict[str, Any] = {}
    target: Target | None = None
    run_id: str
    job_id: str = ""
    failed_tasks: tuple[str, ...] = ()
    latest_repair_id: str = ""
    failed_at: datetime | None = None
    settings_hash: str = Field(default="", description="the job's settings soon after the failure")
    settings_since: datetime | None = Field(
        default=None, description="what changed after this, it had not failed with"
    )
    caps: Caps = Caps()
    cost_factor: float = Field(default=1, description="of the changes that are in force already")
    dry_run: bool = False


class Change(Model):
    """A resource's settings before and after, as hashes of the raw JSON."""

    resource: str
    hash_before: str
    hash_after: str
    cost_factor: float = 1


class StepResult(Model):
    """What a step did. `calls` is empty when it found its work done already.

    `watch_run_id` with `repair_id` name the run whose end decides whether the step helped.
    """

    message: str
    calls: tuple[Call, ...] = ()
    change: Change | None = None
    watch_run_id: str = ""
    repair_id: str = ""
    watch_tasks: tuple[str, ...] = Field(
        default=(), description="what must succeed in it, where it is not the run of the step"
    )
    superseded: bool = Field(default=False, description="somebody else got there first")


class WatchedRun(Model):
    """The run to wait for."""

    workspace: str
    run_id: str
    repair_id: str = ""


class RunEnd(Model):
    """How the watched run stands. `task_results` holds the result of each task's newest attempt."""

    phase: RunPhase
    latest_repair_id: str = ""
    ended_at: datetime | None = None
    task_results: dict[str, str] = {}
    failure_key: str = ""
    message: str = ""


class SnapshotRequest(Model):
    """Which resource to put aside before a step changes it."""

    workspace: str
    incident_id: str
    target: Target


class SnapshotRef(Model):
    """A snapshot in the records; the settings themselves stay there."""

    snapshot_id: str
    workspace: str
    target: Target
    hash: str


class RestoreRequest(Model):
    """Put a snapshot back, if nobody but us changed the resource (`expected_hash` is ours)."""

    snapshot: SnapshotRef
    expected_hash: str
    incident_id: str


class RestoreResult(Model):
    """Whether the settings are as before; if not, `message` says what a person must look at."""

    restored: bool
    message: str
    calls: tuple[Call, ...] = ()


class SqlQuery(Model):
    """A statement whose first column of its first row must be `expected`, compared as text.

    Without `warehouse_id` it runs on the warehouse of the failed task.
    """

    statement: str = Field(pattern=r"(?i)^\s*(?:select|with|values|show|describe)\b[^;]*;?\s*$")
    expected: str
    warehouse_id: str = ""


class HealthTerms(Model):
    """What some checks need to know: how slow is too slow, and what the data must show."""

    duration_factor: float = 3
    sql: SqlQuery | None = None
    accept_failures: bool = False


class HealthRequest(Model):
    """What to look at after a step."""

    workspace: str
    checks: tuple[str, ...]
    run_id: str
    repair_id: str = ""
    failed_tasks: tuple[str, ...] = ()
    cluster_ids: tuple[str, ...] = ()
    warehouse_ids: tuple[str, ...] = ()
    pipeline_ids: tuple[str, ...] = ()
    terms: HealthTerms = HealthTerms()
