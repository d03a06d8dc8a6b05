"""What people and programs see of a lease."""

from datetime import datetime

from lakemend.lease import Lease
from lakemend.model import Model


class LeaseStatus(Model):
    """The answer to the query `status`."""

    resource: str
    holder: str = ""
    since: datetime | None = None
    expires_at: datetime | None = None
    waiting: tuple[str, ...] = ()


def status(lease: Lease) -> LeaseStatus:
    """Say who has the resource and who is next."""
    waiting = tuple(request.holder for request in lease.waiting)
    if lease.holding is None:
        return LeaseStatus(resource=lease.resource, waiting=waiting)
    return LeaseStatus(
        resource=lease.resource,
        holder=lease.holding.request.holder,
        since=lease.holding.since,
        expires_at=lease.holding.expires_at,
        waiting=waiting,
    )
