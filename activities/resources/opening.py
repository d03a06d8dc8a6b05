"""From a target to its resource."""

from activities.resources.cluster import ClusterResource
from activities.resources.job import JobResource
from activities.resources.resource import Resource
from activities.workspace import Workspace
from lakemend.errors import InvalidRequestError
from lakemend.step import ResourceKind, Target

_KINDS: dict[ResourceKind, type[JobResource] | type[ClusterResource]] = {
    ResourceKind.JOB: JobResource,
    ResourceKind.CLUSTER: ClusterResource,
}


def open_resource(workspace: Workspace, target: Target | None) -> Resource:
    """Return the resource; raises InvalidRequestError for what has no settings to change."""
    if target is None or target.kind not in _KINDS:
        raise InvalidRequestError("target", "neither a job nor an all-purpose cluster")
    return _KINDS[target.kind](workspace, target)
