"""Evidence: raw facts read from the workspace about a failed run.

Texts keep the platform's own words, trimmed with head and tail kept and redacted before they leave
the activity. A field that the platform did not send is empty; what could not be read at all is
listed in `unread`, and is never taken for "nothing wrong".
"""

from datetime import datetime

from lakemend.compute_facts import (
    ClusterEvent,
    ClusterFacts,
    Compute,
    ComputeKind,
    LibraryFacts,
    LostRun,
    PipelineError,
    PipelineFacts,
    ResourceFacts,
    ResourcePhase,
    UpdateFacts,
    WarehouseFacts,
)
from lakemend.instants import in_utc
from lakemend.model import Model, SlimModel
from lakemend.neighbours import Neighbours
from lakemend.run_facts import (
    ACTIVE_STATES,
    FAILED_RESULTS,
    RecentRun,
    RunFacts,
    RunPhase,
    run_phase,
)

__all__ = [
    "ACTIVE_STATES",
    "FAILED_RESULTS",
    "Changes",
    "ClusterEvent",
    "ClusterFacts",
    "Compute",
    "ComputeKind",
    "Evidence",
    "JobFacts",
    "LibraryFacts",
    "LostRun",
    "NestedRun",
    "PastAttempt",
    "PipelineError",
    "PipelineFacts",
    "RecentRun",
    "ResourceFacts",
    "ResourcePhase",
    "RunFacts",
    "RunPhase",
    "TaskFacts",
    "Unread",
    "UpdateFacts",
    "WarehouseFacts",
    "run_phase",
    "whole_run_key",
    "whole_run_of",
]


class TaskFacts(SlimModel):
    """The latest attempt of one task (a retried or repaired task appears once per attempt)."""

    task_key: str
    run_id: str
    attempt_number: int = 0
    life_cycle_state: str = ""
    result_state: str = ""
    termination_code: str = ""
    termination_type: str = ""
    state_message: str = ""
    error: str = ""
    error_trace: str = ""
    logs: str = ""
    depends_on: tuple[str, ...] = ()
    compute: Compute = Compute()
    nested_run_id: str = ""
    is_loop: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def failed(self) -> bool:
        """Whether this task itself failed, rather than being skipped after another's failure."""
        return self.result_state in FAILED_RESULTS


class PastAttempt(SlimModel):
    """An earlier attempt of a task that failed, and how it failed, in short."""

    task_key: str
    run_id: str
    termination_code: str = ""
    error: str = ""
    ended_at: datetime | None = None


class JobFacts(Model):
    """What matters of the saved job; the settings themselves never enter a history."""

    job_id: str
    name: str = ""
    settings_hash: str = ""
    edit_mode: str = ""
    deployment_kind: str = ""
    tags: dict[str, str] = {}
    max_concurrent_runs: int = 1
    continuous: bool = False


class NestedRun(Model):
    """A run that the task `parent_task_key` started, a called notebook's too; its failed tasks."""

    parent_task_key: str
    run: RunFacts
    tasks: tuple[TaskFacts, ...] = ()


class Changes(Model):
    """What differs from run `since`, which succeeded: lines like `field: before -> after`."""

    since: str = ""
    lines: tuple[str, ...] = ()


class Unread(Model):
    """Something that could not be read, and why."""

    what: str
    why: str


class Evidence(Model):
    """All that is known at `read_at` about a failed run, or about a `resource` without a run."""

    workspace: str
    read_at: datetime
    run: RunFacts = RunFacts()
    resource: ResourceFacts | None = None
    lost_runs: tuple[LostRun, ...] = ()
    """Runs that died with the resource."""
    tasks: tuple[TaskFacts, ...] = ()
    earlier_attempts: tuple[PastAttempt, ...] = ()
    """Of the failed tasks, by retries and repairs: those of each task newest first."""
    nested: tuple[NestedRun, ...] = ()
    clusters: tuple[ClusterFacts, ...] = ()
    warehouses: tuple[WarehouseFacts, ...] = ()
    pipelines: tuple[PipelineFacts, ...] = ()
    job: JobFacts | None = None
    recent_runs: tuple[RecentRun, ...] = ()
    """Other ended runs of the job, newest first."""
    changed_code: Changes = Changes()
    """Commit, runtimes, libraries and entry points, as the platform shows them of both runs."""
    changed_settings: Changes = Changes()
    """All settings where our records know those of the success, else those that both runs show."""
    neighbours: tuple[Neighbours, ...] = ()
    """Other incidents of the same places at the same time, from our own records."""
    linked_runs: tuple[str, ...] = ()
    """Ids of runs that errors link to, and that the failed tasks did not start, or too deep."""
    unread: tuple[Unread, ...] = ()

    @property
    def failed_tasks(self) -> tuple[TaskFacts, ...]:
        """The tasks that failed themselves, in the order the run lists them."""
        return tuple(task for task in self.tasks if task.failed)

    @property
    def failed_computes(self) -> tuple[Compute, ...]:
        """Where it failed: what the failed tasks ran on, or the resource itself."""
        own = (self.resource.compute,) if self.resource else ()
        return (*own, *(task.compute for task in self.failed_tasks))

    @property
    def judged_runs(self) -> tuple[RecentRun, ...]:
        """The job's other runs that ended by themselves, newest first."""
        return tuple(
            run for run in self.recent_runs if run.run_id != self.run.run_id and run.ended_by_itself
        )

    @property
    def failed_at(self) -> datetime | None:
        """When it failed."""
        return self.resource.failed_at if self.resource else self.run.ended_at

    @property
    def began_at(self) -> datetime | None:
        """When the attempt began that failed: with the job's settings as they were then."""
        starts = [task.started_at for task in self.failed_tasks if task.started_at]
        repaired = bool(self.run.latest_repair_id and starts)
        return min(starts) if repaired else self.run.started_at

    @property
    def happened_at(self) -> datetime:
        """When it failed, or was read if that is not known; can be compared with other instants."""
        return in_utc(self.failed_at or self.read_at)

    @property
    def succeeded_with_other_settings(self) -> str:
        """The run that succeeded with settings known to be others than those of now, or empty."""
        now = self.job.settings_hash if self.job else ""
        known = (run for run in self.judged_runs if run.succeeded and run.settings_hash)
        good = next(known, None)
        return good.run_id if now and good and good.settings_hash != now else ""

    @property
    def failure_key(self) -> str:
        """What tells this failure from a duplicate report of it.

        A repair keeps the run id and a webhook carries no attempt, so the event type and run id are
        no key (docs of the Jobs API: repair_run; notifications carry no event id).
        """
        if self.resource:
            return f"{self.workspace}/{self.resource.failure_key(self.read_at)}"
        ended = self.run.ended_at.isoformat() if self.run.ended_at else "active"
        repair = self.run.latest_repair_id or "original"
        return f"{self.workspace}/{self.run.run_id}/{repair}/{ended}"


def whole_run_key(workspace: str, run_id: str) -> str:
    """Return the key by which an incident claims whatever becomes of a run that it started."""
    return f"{workspace}/{run_id}/*"


def whole_run_of(failure_key: str) -> str:
    """Return the whole-run key of the run that a failure belongs to."""
    return "/".join([*failure_key.split("/")[:2], "*"])
