"""Evidence about a cluster, pipeline or warehouse that failed, whatever ran on it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from activities.errors import StillChangingError
from activities.reading.attempts import Attempts
from activities.reading.cluster import cluster_facts, event_facts
from activities.reading.form import (
    CLUSTER,
    CLUSTER_EVENT,
    PIPELINE,
    PIPELINE_EVENT,
    UPDATE,
    WAREHOUSE,
)
from activities.reading.lost_runs import RECENT, LostRuns
from activities.reading.pipeline import error_of, error_text, pipeline_error, update_facts
from activities.reading.size import bounded
from activities.reading.surroundings import MOST_PIPELINE_ERRORS
from activities.reading.values import name, part
from activities.reading.warehouse import warehouse_facts
from activities.workspace import Json, Workspace
from lakemend.compute.cluster_health import driver_trouble
from lakemend.evidence import (
    ClusterEvent,
    ClusterFacts,
    Compute,
    ComputeKind,
    Evidence,
    PipelineFacts,
    ResourceFacts,
    ResourcePhase,
    UpdateFacts,
)
from lakemend.resource import (
    CHANGING,
    cluster_phase,
    ended_well,
    pipeline_phase,
    warehouse_phase,
)

_SOON = timedelta(seconds=10)  # a state on its way lasts minutes
_LONG = timedelta(minutes=1)  # an update takes as long as it takes
_EVENTS = 50
_OVER = frozenset({"COMPLETED", "FAILED", "CANCELED"})


class ResourceReader:
    """Reads one resource, which must be readable; what else cannot be read is noted in `unread`.

    Raises StillChangingError while a state is about to end by itself: what follows decides.
    """

    def __init__(self, workspace: Workspace, *, patient: bool) -> None:
        self._workspace = workspace
        self._attempts = Attempts(patient=patient)
        self._now = datetime.now(UTC)

    def read(self, workspace_name: str, resource: str) -> Evidence:
        """Raises NotFoundError for a resource that does not exist, WorkspaceError as calls do."""
        kind, _, id_ = resource.partition("-")
        evidence = Evidence(workspace=workspace_name, read_at=self._now)
        read: dict[str, Callable[[Evidence, str], Evidence]] = {
            "cluster": self._cluster,
            "pipeline": self._pipeline,
            "warehouse": self._warehouse,
        }
        found = read[kind](evidence, id_)
        return bounded(found.model_copy(update={"unread": tuple(self._attempts.unread)}))

    def _cluster(self, evidence: Evidence, cluster_id: str) -> Evidence:
        found = self._workspace.get_cluster(cluster_id)
        raw = self._attempts.in_form(f"cluster {cluster_id}", found, CLUSTER)
        cluster = self._with_events(cluster_facts({**raw, "cluster_id": cluster_id}))
        if cluster.state in CHANGING:
            raise StillChangingError(f"Cluster {cluster_id} is {cluster.state}", _SOON)
        last_end = _last_failure(cluster)
        ended = driver_trouble(cluster) or last_end
        job_cluster = cluster.source == "JOB"
        resource = ResourceFacts(
            resource=f"cluster-{cluster_id}",
            name=name(raw.get("cluster_name")),
            compute=Compute(
                kind=ComputeKind.JOB_CLUSTER if job_cluster else ComputeKind.ALL_PURPOSE,
                cluster_id=cluster_id,
            ),
            phase=self._phase(cluster, last_end),
            said=_say_cluster(cluster),
            # its tasks died when it began to end, which may be minutes before it had ended
            failed_at=ended.at if ended else cluster.terminated_at,
        )
        until = cluster.started_at if resource.phase is ResourcePhase.BACK else self._now
        lost = self._lost(resource).on_cluster(cluster_id, until or self._now)
        return evidence.model_copy(
            update={
                "resource": resource,
                "clusters": (self._with_recent_events(cluster),),
                "lost_runs": lost,
            }
        )

    def _pipeline(self, evidence: Evidence, pipeline_id: str) -> Evidence:
        what = f"pipeline {pipeline_id}"
        raw = self._attempts.in_form(what, self._workspace.get_pipeline(pipeline_id), PIPELINE)
        continuous = bool(part(raw, "spec").get("continuous"))
        answer = self._workspace.list_updates(pipeline_id)
        listed: list[Json] = self._attempts.in_form(f"updates of {what}", answer, [UPDATE]) or []
        updates = tuple(map(update_facts, listed))
        phase = self._sure(pipeline_phase(updates, continuous=continuous))
        events = self._errors_of(pipeline_id)
        newest = updates[0] if updates else UpdateFacts(update_id="")
        error = error_of(newest.update_id, events)
        if not continuous:
            _wait_for(pipeline_id, newest, error)
        errors = [pipeline_error(each) for each in events[:MOST_PIPELINE_ERRORS]]
        failed = next((each for each in updates if each.state == "FAILED"), newest)
        at = next((each.at for each in errors if each.update_id == failed.update_id), None)
        resource = ResourceFacts(
            resource=f"pipeline-{pipeline_id}",
            name=name(raw.get("name")),
            compute=Compute(kind=ComputeKind.PIPELINE, resource_id=pipeline_id),
            phase=phase,
            said=f"update {newest.update_id} is {newest.state}: {error_text(error)}".strip(" :"),
            failed_at=at or failed.created_at,
            failure=failed.update_id,
        )
        of_it = tuple(each for each in errors if each.update_id == failed.update_id)
        return evidence.model_copy(
            update={
                "resource": resource,
                "pipelines": (PipelineFacts(pipeline_id=pipeline_id, errors=of_it),),
                "lost_runs": self._lost(resource).on_resource(pipeline_id, failed.created_at),
            }
        )

    def _errors_of(self, pipeline_id: str) -> list[Json]:
        what = f"events of pipeline {pipeline_id}"
        events = self._attempts.read(what, lambda: self._workspace.pipeline_errors(pipeline_id))
        return self._attempts.in_form(what, events, [PIPELINE_EVENT]) or []

    def _warehouse(self, evidence: Evidence, warehouse_id: str) -> Evidence:
        found = self._workspace.get_warehouse(warehouse_id)
        raw = self._attempts.in_form(f"warehouse {warehouse_id}", found, WAREHOUSE)
        warehouse = warehouse_facts(raw)
        if warehouse.state in CHANGING:
            raise StillChangingError(f"Warehouse {warehouse_id} is {warehouse.state}", _SOON)
        said = f"{warehouse.state} {warehouse.health} {warehouse.failure}".strip()
        resource = ResourceFacts(
            resource=f"warehouse-{warehouse_id}",
            name=name(raw.get("name")),
            compute=Compute(kind=ComputeKind.WAREHOUSE, resource_id=warehouse_id),
            phase=self._sure(warehouse_phase(warehouse)),
            said=said,
        )
        return evidence.model_copy(
            update={
                "resource": resource,
                "warehouses": (warehouse,),
                "lost_runs": self._lost(resource).on_resource(warehouse_id, None),
            }
        )

    def _lost(self, resource: ResourceFacts) -> LostRuns:
        return LostRuns(self._workspace, self._attempts, resource, self._now)

    def _with_events(self, cluster: ClusterFacts) -> ClusterFacts:
        id_ = cluster.cluster_id
        what = f"events of cluster {id_}"
        raw = self._attempts.read(what, lambda: self._workspace.cluster_events(id_, _EVENTS))
        listed = self._attempts.in_form(what, raw, [CLUSTER_EVENT])
        events = self._attempts.each(what, listed, event_facts)
        return cluster.model_copy(update={"events": tuple(events)})

    def _phase(self, cluster: ClusterFacts, last_end: ClusterEvent | None) -> ResourcePhase:
        """A cluster that runs may have lost its driver: without its events nothing is known."""
        phase = cluster_phase(cluster, last_end)
        unknown = bool(self._attempts.unread) and phase is ResourcePhase.WELL
        return ResourcePhase.UNKNOWN if unknown else phase

    def _sure(self, phase: ResourcePhase) -> ResourcePhase:
        """An answer of which a part was left out does not show that nothing failed."""
        fine = phase in {ResourcePhase.WELL, ResourcePhase.ENDED}
        return ResourcePhase.UNKNOWN if self._attempts.unread and fine else phase

    def _with_recent_events(self, cluster: ClusterFacts) -> ClusterFacts:
        """Keep those of the last hours: an older one is about another failure."""
        recent = tuple(each for each in cluster.events if self._now - each.at <= RECENT)
        return cluster.model_copy(update={"events": recent})


def _last_failure(cluster: ClusterFacts) -> ClusterEvent | None:
    """Return the newest end in the log, unless it was no failure."""
    ends = [each for each in cluster.events if each.type == "TERMINATING"]
    newest = max(ends, key=lambda each: each.at, default=None)
    return None if newest is None or ended_well(newest.reason_code, "") else newest


def _say_cluster(cluster: ClusterFacts) -> str:
    reason = f"{cluster.termination_code} {cluster.termination_type}".strip()
    since = f" since {cluster.started_at:%Y-%m-%d %H:%M:%S} UTC" if cluster.started_at else ""
    return f"{cluster.state}: {reason}" if reason else f"{cluster.state}{since}"


def _wait_for(pipeline_id: str, newest: UpdateFacts, error: Json) -> None:
    """Raise StillChangingError while an update runs, or the platform will begin one by itself.

    A failure that the event log calls not fatal is retried with cause RETRY_ON_FAILURE
    (databricks-sdk: pipelines.ErrorDetail, pipelines.StartUpdateCause).
    """
    name = f"Update {newest.update_id} of pipeline {pipeline_id} is {newest.state}"
    if newest.update_id and newest.state not in _OVER:
        raise StillChangingError(name, _LONG)
    if newest.state == "FAILED" and error.get("fatal") is False:
        raise StillChangingError(f"{name}; the platform retries by itself", _LONG)
