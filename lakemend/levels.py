"""Whose leave an incident needs: the breakers of its job and its cluster, lowest first.

Above them stands the gate of the workspace, which every incident asks.
"""

from collections.abc import Iterator
from datetime import timedelta

from lakemend.breaker.settings import BreakerSettings
from lakemend.evidence import ComputeKind, Evidence, TaskFacts
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.model import Model
from lakemend.permit import breaker_name
from lakemend.playbook import Playbook
from lakemend.settings import Settings


class PlannedBreaker(Model):
    """Which breaker to ask, and how it counts.

    `job_id` is empty for a breaker of something else than a job. `source` is whose failures in a
    row count as one there, so that a single bad job does not stop those that share its cluster.
    """

    name: str
    settings: BreakerSettings
    workspace: str = DEFAULT_WORKSPACE
    job_id: str = ""
    source: str = ""


def breakers_for(
    playbook: Playbook, task: TaskFacts | None, evidence: Evidence, settings: Settings
) -> tuple[PlannedBreaker, ...]:
    """Return the breakers to ask, from the playbook's `scope` up; none if it has none."""
    spec = playbook.breaker
    if spec is None:
        return ()
    defaults = BreakerSettings(
        failure_threshold=settings.circuit_breaker_failure_threshold,
        open_for=settings.circuit_breaker_timeout,
        cool_down=settings.circuit_breaker_cool_down,
    )
    declared = spec.over(defaults)
    lowest, *above = _resources(spec.scope, task, evidence)
    own_job = evidence.run.job_id if lowest[0] == "job" else ""
    first = PlannedBreaker(
        name=breaker_name(evidence.workspace, playbook.error_type, *lowest),
        settings=declared,
        workspace=evidence.workspace,
        job_id=own_job,
    )
    # the cure of one job says nothing about the next on the same cluster: no rest up there
    shared = declared.model_copy(update={"cool_down": timedelta(0)})
    others = (
        PlannedBreaker(
            name=breaker_name(evidence.workspace, playbook.error_type, *each),
            settings=shared,
            workspace=evidence.workspace,
            source="-".join(lowest),
        )
        for each in above
    )
    return (first, *others)


def _resources(scope: str, task: TaskFacts | None, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Name kind and id of each level; only an all-purpose cluster is shared, and is one."""
    if scope == "workspace":
        yield "workspace", evidence.workspace
        return
    on_shared = task is not None and task.compute.kind is ComputeKind.ALL_PURPOSE
    cluster = task.compute.cluster_id if task and on_shared else ""
    if scope == "job" or not cluster:
        yield _lowest(evidence)
    if cluster:
        yield "cluster", cluster


def _lowest(evidence: Evidence) -> tuple[str, str]:
    if evidence.resource:
        kind, _, resource = evidence.resource.resource.partition("-")
        return kind, resource
    return "job", evidence.run.job_id or f"run-{evidence.run.run_id}"
