"""From a target to its resource."""

from activities.resources.cluster import ClusterResource
from activities.resources.cluster_users import ClusterUsers
from activities.resources.job import JobResource
from activities.resources.libraries import LibrariesResource
from activities.resources.resource import Resource, Restorable
from activities.resources.whole_job import WholeJobResource
from activities.workspace import Workspace
from lakemend.errors import InvalidRequestError
from lakemend.step import ResourceKind, Target

_KINDS: dict[ResourceKind, type[JobResource] | type[ClusterResource]] = {
    ResourceKind.JOB: JobResource,
    ResourceKind.CLUSTER: ClusterResource,
}


def open_restorable(workspace: Workspace, target: Target) -> Restorable:
    """Return what a snapshot of the target is about; raises as `open_resource` does."""
    if target.kind is ResourceKind.CLUSTER_USERS:
        return ClusterUsers(workspace, target)
    return open_resource(workspace, target)


def open_resource(workspace: Workspace, target: Target | None) -> Resource:
    """Return the resource; raises InvalidRequestError for what has no settings to change."""
    if target is not None and target.kind is ResourceKind.LIBRARIES:
        return LibrariesResource(workspace, target)
    if target is None or target.kind not in _KINDS:
        raise InvalidRequestError("target", "neither a job nor an all-purpose cluster")
    if target.kind is ResourceKind.JOB and not (target.task_key or target.job_cluster_key):
        return WholeJobResource(workspace, target)
    return _KINDS[target.kind](workspace, target)
