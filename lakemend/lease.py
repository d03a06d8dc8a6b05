"""The sole right to change one resource, and what holders and the lease say to each other.

A plan that needs several leases asks for them in the order of `in_order`, one after the other, so
that two plans never wait for each other.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from lakemend.durations import Duration
from lakemend.letter import Address, Letter, RequestId
from lakemend.looking import next_look
from lakemend.model import Model, SlimModel
from lakemend.turning_away import MOST_WAITING, next_return

LEASE_WORKFLOW = "LeaseWorkflow"
LEASE_STATE = "state"
"""The query that is answered with a Lease."""

LEASE_GRANTED = "lease_granted"
"""The signal that brings a LeaseGrant to the holder."""

LEASE_REFUSED = "lease_refused"
"""The signal that brings a LeaseRefusal to the holder."""

RELEASE_LEASE = "release"
"""The signal that brings a LeaseRelease to the lease."""

KEPT_RELEASED = 500
"""How many ended requests are remembered, so that a repeated message does not ask again."""


class LeaseRequest(SlimModel):
    """May I change this resource? `holder` is the workflow to answer.

    It is answered by `lease_granted` or `lease_refused`. The holder asks again with the same id to
    prolong its lease, and says so with `prolongs`: one that has lost it does not join the queue.
    """

    request_id: RequestId
    holder: Address
    expires_after: Duration = timedelta(hours=24)
    prolongs: bool = False


class LeaseGrant(Model):
    """The resource is the holder's alone until it releases it."""

    request_id: str
    resource: str
    expires_at: datetime | None = None


class LeaseRefusal(Model):
    """The resource is not the holder's, so it must not be changed.

    `retry_at` is when to ask again with the same id; without it the request has ended, and only a
    new one is served.
    """

    request_id: str
    resource: str
    reason: str
    retry_at: datetime | None = None


LeaseAnswer = LeaseGrant | LeaseRefusal


class LeaseRelease(Model):
    """Gives the resource back, or leaves the queue."""

    request_id: RequestId


class LeaseCall(Model):
    """Asks for the lease of one resource."""

    workspace: str
    resource: str
    request: LeaseRequest


class LeaseReturn(Model):
    """Gives the lease of one resource back."""

    workspace: str
    resource: str
    release: LeaseRelease


class Holding(Model):
    """Who has the resource."""

    request: LeaseRequest
    since: datetime
    expires_at: datetime


class Lease(Model):
    """The state of one lease; `waiting` is in order of arrival.

    `looks` counts how often the holder was looked for since others wait, last at `looked_at`.
    `last_return_at` is when the last of those comes back who found the queue full.
    """

    resource: str
    holding: Holding | None = None
    waiting: tuple[LeaseRequest, ...] = ()
    ended: tuple[str, ...] = ()
    looks: int = 0
    looked_at: datetime | None = None
    last_return_at: datetime | None = None


class LeaseInput(Model):
    """What starts a lease; the rest is filled in by a run that goes on as a new one."""

    workspace: str
    resource: str
    lease: Lease | None = None
    outbox: tuple[Letter, ...] = ()


class LeaseTurn(NamedTuple):
    """The lease afterwards, and what to send, if anything."""

    lease: Lease
    grant: Letter | None = None
    refusal: Letter | None = None


def ask(lease: Lease, request: LeaseRequest, now: datetime) -> LeaseTurn:
    """Join the queue; the holder itself prolongs its lease and is told again."""
    asked, holding = request.request_id, lease.holding
    if holding is not None and holding.request.request_id == asked:
        return _hold(lease, request, holding.since, now)
    if asked in lease.ended or (request.prolongs and holding is not None):
        return LeaseTurn(lease, refusal=_refuse(lease, request, "the lease is no longer yours"))
    if any(waiting.request_id == asked for waiting in lease.waiting):
        return LeaseTurn(lease)
    if len(lease.waiting) >= MOST_WAITING:
        return _turn_away(lease, request, now)
    changes = {"waiting": (*lease.waiting, request), "looked_at": lease.looked_at or now}
    return _next(lease.model_copy(update=changes), now)


def _turn_away(lease: Lease, request: LeaseRequest, now: datetime) -> LeaseTurn:
    returns_at = next_return(lease.last_return_at, now)
    reason = f"{MOST_WAITING} wait for it already"
    refusal = _refuse(lease, request, reason, returns_at)
    return LeaseTurn(lease.model_copy(update={"last_return_at": returns_at}), refusal=refusal)


def release(lease: Lease, request_id: str, now: datetime) -> LeaseTurn:
    """Give the resource to the next in line, or leave the line."""
    holding = lease.holding
    is_holder = holding is not None and holding.request.request_id == request_id
    waiting = tuple(request for request in lease.waiting if request.request_id != request_id)
    changes = {
        "holding": None if is_holder else holding,
        "waiting": waiting,
        "ended": (*lease.ended, request_id)[-KEPT_RELEASED:],
    }
    return _next(lease.model_copy(update=changes), now)


def expire(lease: Lease, now: datetime) -> LeaseTurn:
    """Take the resource from a holder whose time is over, and tell it so."""
    if lease.holding is None or now < lease.holding.expires_at:
        return LeaseTurn(lease)
    late = lease.holding.request
    turn = release(lease, late.request_id, now)
    return turn._replace(refusal=_refuse(lease, late, "the time of the lease was over"))


def look(lease: Lease, now: datetime) -> LeaseTurn:
    """Tell the holder again that it holds, while others wait: one that is gone cannot be told."""
    due = look_due(lease)
    if lease.holding is None or due is None or now < due:
        return LeaseTurn(lease)
    seen = lease.model_copy(update={"looks": lease.looks + 1, "looked_at": now})
    return LeaseTurn(seen, _grant(lease.resource, lease.holding))


def look_due(lease: Lease) -> datetime | None:
    """Return when the holder is looked for next; None if nobody waits."""
    if lease.holding is None or not lease.waiting or lease.looked_at is None:
        return None
    return next_look(lease.looked_at, lease.looks)


def _next(lease: Lease, now: datetime) -> LeaseTurn:
    if lease.holding is not None or not lease.waiting:
        return LeaseTurn(lease)
    first, *rest = lease.waiting
    changes = {"waiting": tuple(rest), "looks": 0, "looked_at": now if rest else None}
    return _hold(lease.model_copy(update=changes), first, now, now)


def _hold(lease: Lease, request: LeaseRequest, since: datetime, now: datetime) -> LeaseTurn:
    holding = Holding(request=request, since=since, expires_at=now + request.expires_after)
    held = lease.model_copy(update={"holding": holding})
    return LeaseTurn(held, _grant(lease.resource, holding))


def _grant(resource: str, holding: Holding) -> Letter:
    request = holding.request
    grant = LeaseGrant(
        request_id=request.request_id, resource=resource, expires_at=holding.expires_at
    )
    return Letter(
        holder=request.holder, signal=LEASE_GRANTED, request_id=request.request_id, content=grant
    )


def _refuse(
    lease: Lease, request: LeaseRequest, reason: str, retry_at: datetime | None = None
) -> Letter:
    asked = request.request_id
    refusal = LeaseRefusal(
        request_id=asked, resource=lease.resource, reason=reason, retry_at=retry_at
    )
    return Letter(holder=request.holder, signal=LEASE_REFUSED, request_id=asked, content=refusal)


def in_order(resources: Iterable[str]) -> tuple[str, ...]:
    """Return the order in which everybody asks for leases, each resource once."""
    return tuple(sorted(set(resources)))


def lease_workflow_id(workspace: str, resource: str) -> str:
    """Return the id of a resource's lease, `resource` like `cluster-0712-abc`."""
    return f"lease:{workspace}:{resource}"
