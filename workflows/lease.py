"""A lease as a workflow: one for each resource, granted in order of arrival."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.lease import (
        LEASE_STATE,
        LEASE_WORKFLOW,
        Lease,
        LeaseInput,
        LeaseRelease,
        LeaseRequest,
        LeaseTurn,
        ask,
        expire,
        look,
        look_due,
        release,
    )
    from lakemend.lease_view import LeaseStatus, status
    from lakemend.letter import Letter
    from lakemend.turning_away import shortened

from workflows.entity import Entity

_SHOWN = 20
"""Of those who wait; a person on call wants to know who is next, and how many."""


@workflow.defn(name=LEASE_WORKFLOW)
class LeaseWorkflow(Entity[LeaseRequest | LeaseRelease]):
    """Holds one lease; who gets it stands in `lakemend.lease`."""

    @workflow.init
    def __init__(self, start: LeaseInput) -> None:
        super().__init__(start.outbox)
        self._workspace = start.workspace
        self._lease = start.lease or Lease(resource=start.resource)

    @workflow.run
    async def run(self, _start: LeaseInput) -> None:
        """Serve until nobody holds the resource or waits for it."""
        await self.live()

    @workflow.signal(description="May I change this resource? Answered by lease_granted")
    def request_lease(self, *arguments: Any) -> None:
        """Take a LeaseRequest."""
        self.post(LeaseRequest.model_validate, arguments)

    @workflow.signal(description='Give it back or leave the queue: {"request_id": "..."}')
    def release(self, *arguments: Any) -> None:
        """Take a LeaseRelease."""
        self.post(LeaseRelease.model_validate, arguments)

    @workflow.query
    def status(self) -> LeaseStatus:
        """Say who has the resource and who is next."""
        return status(self._lease)

    @workflow.query(name=LEASE_STATE)
    def state(self) -> Lease:
        """Return all that the lease knows, also after it was terminated."""
        return self._lease

    def take(self, message: LeaseRequest | LeaseRelease) -> None:
        """Join the queue, or move it on."""
        now = workflow.now()
        if isinstance(message, LeaseRequest):
            self._follow(ask(self._lease, message, now))
        else:
            self._follow(release(self._lease, message.request_id, now))

    def _follow(self, turn: LeaseTurn) -> None:
        self._lease = turn.lease
        self.outbox.extend(letter for letter in (turn.refusal, turn.grant) if letter is not None)

    def ring(self) -> None:
        """Take the resource from a holder whose time is over, or look whether it is there."""
        self._follow(expire(self._lease, workflow.now()))
        self._follow(look(self._lease, workflow.now()))

    def due(self) -> datetime | None:
        """Return when the holder's time is over, or it is looked for."""
        holding = self._lease.holding
        known = [holding and holding.expires_at, look_due(self._lease)]
        return min((at for at in known if at is not None), default=None)

    def lost(self, letter: Letter) -> None:
        """Give the resource to the next; this holder is gone."""
        self._follow(release(self._lease, letter.request_id, workflow.now()))

    def is_forgettable(self) -> bool:
        """Whether nobody holds the resource or waits for it."""
        return self._lease.holding is None and not self._lease.waiting

    def show(self) -> None:
        """Tell a person who has the resource."""
        seen = status(self._lease)
        holder = (
            f"Held by `{seen.holder}` since {seen.since:%H:%M:%S} UTC" if seen.since else "Free"
        )
        queue = "".join(f"\n1. `{waiting}`" for waiting in seen.waiting[:_SHOWN])
        queue += f"\n\nand {len(seen.waiting) - _SHOWN} more" if len(seen.waiting) > _SHOWN else ""
        workflow.set_current_details(holder + (f"\n\nWaiting:\n{queue}" if queue else ""))

    def shorten(self, excess: int) -> None:
        """Forget the last of those who wait."""
        waiting = {each.request_id: each for each in self._lease.waiting}
        kept = tuple(shortened(waiting, excess).values())
        self._lease = self._lease.model_copy(update={"waiting": kept})

    def successor(self) -> LeaseInput:
        """Return all that the next run has to know."""
        return LeaseInput(
            workspace=self._workspace,
            resource=self._lease.resource,
            lease=self._lease,
            outbox=tuple(self.outbox),
        )
