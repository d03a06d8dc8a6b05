"""The sole right to change one resource, and what holders and the lease say to each other."""

from datetime import timedelta

from lakemend.durations import Duration
from lakemend.model import Model

LEASE_WORKFLOW = "LeaseWorkflow"


class LeaseRequest(Model):
    """May I change this resource? `holder` is the workflow to answer, by `lease_granted`."""

    request_id: str
    holder: str
    expires_after: Duration = timedelta(hours=24)


class LeaseGrant(Model):
    """The resource is the holder's alone until it releases it."""

    request_id: str
    resource: str


class LeaseRelease(Model):
    """Gives the resource back, or leaves the queue."""

    request_id: str


def lease_workflow_id(workspace: str, resource: str) -> str:
    """Return the id of a resource's lease, `resource` like `cluster-0712-abc`."""
    return f"lease:{workspace}:{resource}"
