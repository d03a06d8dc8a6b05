"""Facts about where tasks ran: clusters, warehouses and pipelines."""

from datetime import datetime
from enum import StrEnum

from lakemend.model import Model, SlimModel


class ComputeKind(StrEnum):
    """Where a task ran; it decides which action can help."""

    ALL_PURPOSE = "all_purpose"
    JOB_CLUSTER = "job_cluster"
    SERVERLESS = "serverless"
    WAREHOUSE = "warehouse"
    PIPELINE = "pipeline"
    UNKNOWN = "unknown"


class Compute(Model):
    """The compute of one task.

    `job_cluster_key` is set for a shared job cluster, empty for a task's own `new_cluster`.
    """

    kind: ComputeKind = ComputeKind.UNKNOWN
    cluster_id: str = ""
    job_cluster_key: str = ""
    resource_id: str = ""


class ResourcePhase(StrEnum):
    """What the states of a cluster, pipeline or warehouse come down to."""

    FAILED = "failed"
    BACK = "back"
    """It failed, and works again."""
    WELL = "well"
    ENDED = "ended"
    """By inactivity, by a person, or after its work: nothing failed."""
    UNKNOWN = "unknown"


class ResourceFacts(Model):
    """The cluster, pipeline or warehouse that an incident is about.

    `said` is its state in the platform's words, `failed_at` when it last ended or failed; `failure`
    tells two failures at one time from each other, where the platform has an id for it.
    """

    resource: str
    name: str = ""
    compute: Compute = Compute()
    phase: ResourcePhase = ResourcePhase.UNKNOWN
    said: str = ""
    failed_at: datetime | None = None
    failure: str = ""

    def failure_key(self, read_at: datetime) -> str:
        """Return what tells this failure from a duplicate report of it.

        A warehouse keeps no history, so each look at it stands for itself: its state tells whether
        there is anything left to do.
        """
        failed_at = (self.failed_at or read_at).isoformat()
        return f"{self.resource}/{self.failure or 'end'}/{failed_at}"


class LostRun(SlimModel):
    """A run that died with a resource."""

    run_id: str
    job_id: str = ""
    job_name: str = ""


class ClusterEvent(Model):
    """One line of a cluster's event log."""

    at: datetime
    type: str
    reason_code: str = ""
    message: str = ""


class LibraryFacts(Model):
    """A library on a cluster, `library` like `pypi:pandas==2.1.0`."""

    library: str
    status: str
    messages: tuple[str, ...] = ()


class ClusterFacts(Model):
    """A cluster that a failed task ran on."""

    cluster_id: str
    source: str = ""
    state: str = ""
    state_message: str = ""
    termination_code: str = ""
    termination_type: str = ""
    termination_parameters: dict[str, str] = {}
    node_type_id: str = ""
    driver_node_type_id: str = ""
    num_workers: int | None = None
    autoscale_max_workers: int | None = None
    availability: str = ""
    zone_id: str = ""
    pool_id: str = ""
    started_at: datetime | None = None
    terminated_at: datetime | None = None
    events: tuple[ClusterEvent, ...] = ()
    libraries: tuple[LibraryFacts, ...] = ()


class WarehouseFacts(Model):
    """A SQL warehouse; `health` is HEALTHY, DEGRADED or FAILED, or empty where none was told."""

    warehouse_id: str
    state: str = ""
    health: str = ""
    failure: str = ""
    active_sessions: int = 0


class UpdateFacts(Model):
    """One update of a pipeline; `cause` is RETRY_ON_FAILURE where the platform began it itself."""

    update_id: str
    state: str = ""
    cause: str = ""
    created_at: datetime | None = None


class PipelineError(Model):
    """One error of a pipeline's event log: what the event says, and its exceptions."""

    at: datetime | None = None
    type: str = ""
    update_id: str = ""
    message: str = ""
    error: str = ""


class PipelineFacts(Model):
    """The errors of a pipeline that a failed task updated, newest first."""

    pipeline_id: str
    errors: tuple[PipelineError, ...] = ()
