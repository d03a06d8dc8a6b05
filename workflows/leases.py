"""The leases that one incident holds."""

from collections.abc import Collection
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.breakers import EntityActivities
    from lakemend.lease import LeaseCall, LeaseRelease, LeaseRequest, LeaseReturn, in_order
    from workflows.mailbox import Mailbox
    from workflows.options import LOCALLY


# A step of a long recovery prolongs its leases; asking at every step would only cost events.
PROLONG_AFTER = timedelta(hours=1)
EXPIRES_AFTER = timedelta(hours=24)


class Leases:
    """Asks for leases and knows which are held."""

    def __init__(self, workspace: str, mailbox: Mailbox) -> None:
        self._workspace = workspace
        self._mailbox = mailbox
        self._held: dict[str, str] = {}
        self._asked_at: dict[str, datetime] = {}
        self._reserved: frozenset[str] = frozenset()

    def is_reserved(self, resource: str) -> bool:
        """Whether a lease belongs to a set that is given back as a whole."""
        return resource in self._reserved

    async def reserve(self, resources: Collection[str]) -> None:
        """Begin a phase: with several resources, hold all of them before its first step.

        Everybody takes several in the same order and holds nothing else meanwhile, so that no two
        incidents ever wait for what the other one holds.
        """
        if self._held and set(self._held) != set(resources):
            await self.release_all()
        self._reserved = frozenset(resources) if len(resources) > 1 else frozenset()
        for resource in in_order(self._reserved):
            await self.acquire(resource)

    async def acquire(self, resource: str) -> None:
        """Wait in line for the sole right to change a resource; one that is held is prolonged."""
        if resource in self._held:
            if workflow.now() - self._asked_at[resource] >= PROLONG_AFTER:
                await self._ask(resource, EXPIRES_AFTER)
            return
        # Held from the moment of asking: a cancelled incident also leaves the queue.
        request_id = self._held[resource] = str(workflow.uuid4())
        await self._ask(resource, EXPIRES_AFTER)
        await workflow.wait_condition(lambda: request_id in self._mailbox.grants)

    async def prolong_all(self, expires_after: timedelta) -> None:
        """Keep every lease for a wait that may be longer than they last."""
        for resource in self._held:
            await self._ask(resource, expires_after)

    async def _ask(self, resource: str, expires_after: timedelta) -> None:
        self._asked_at[resource] = workflow.now()
        request = LeaseRequest(
            request_id=self._held[resource],
            holder=workflow.info().workflow_id,
            expires_after=expires_after,
        )
        await workflow.execute_local_activity_method(
            EntityActivities.request_lease,
            LeaseCall(workspace=self._workspace, resource=resource, request=request),
            **LOCALLY,
        )

    async def release(self, resource: str) -> None:
        """Give one lease back."""
        await workflow.execute_local_activity_method(
            EntityActivities.release_lease,
            LeaseReturn(
                workspace=self._workspace,
                resource=resource,
                release=LeaseRelease(request_id=self._held.pop(resource)),
            ),
            **LOCALLY,
        )

    async def release_all(self) -> None:
        """Give every lease back, the newest first."""
        for resource in reversed(list(self._held)):
            await self.release(resource)
