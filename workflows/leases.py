"""The leases that one incident holds."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.breakers import EntityActivities
    from lakemend.lease import (
        LeaseAnswer,
        LeaseCall,
        LeaseGrant,
        LeaseRefusal,
        LeaseRelease,
        LeaseRequest,
        LeaseReturn,
        in_order,
    )
    from workflows.mailbox import Mailbox
    from workflows.options import ASK_FOR_LEASE_AGAIN, ASK_FOR_LEASE_AT_LAST, LOCALLY


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
        await self.acquire_all(self._reserved)

    async def acquire_all(self, resources: Iterable[str]) -> None:
        """Hold several, taken in the order in which everybody takes them."""
        for resource in in_order(resources):
            await self.acquire(resource)

    async def acquire(self, resource: str) -> None:
        """Wait in line for the sole right to change a resource; one that is held is prolonged.

        One that was lost meanwhile is waited for anew, with the whole set that it belongs to.
        """
        if resource not in self._held:
            await self._line_up(resource)
        elif self._is_in_line(resource):
            await self._wait_in_line(resource)
        elif not await self._is_still_held(resource):
            workflow.logger.warning("lease.lost %s", resource)
            del self._held[resource]
            if resource in self._reserved:
                await self.release_all()
                await self.reserve(self._reserved)
            else:
                await self._line_up(resource)

    async def _line_up(self, resource: str) -> None:
        self._begin_request(resource)
        await self._wait_in_line(resource)

    def _begin_request(self, resource: str) -> None:
        """Hold it from the moment of asking: a cancelled incident also leaves the queue."""
        self._held[resource] = str(workflow.uuid4())
        self._mailbox.expect(self._held[resource])

    def _is_in_line(self, resource: str) -> bool:
        """Whether no answer is known: an incident that was cancelled while it waited goes on."""
        return self._held[resource] not in self._mailbox.leases

    async def _wait_in_line(self, resource: str) -> None:
        answer = await self._ask_until_answered(resource)
        while isinstance(answer, LeaseRefusal):
            if answer.retry_at is None:
                self._begin_request(resource)
            else:
                await workflow.sleep(answer.retry_at - workflow.now(), summary="Queue is full")
            answer = await self._ask_until_answered(resource)

    async def _is_still_held(self, resource: str) -> bool:
        if workflow.now() - self._asked_at[resource] >= PROLONG_AFTER:
            await self._ask_until_answered(resource, prolongs=True)
        return isinstance(self._mailbox.leases[self._held[resource]], LeaseGrant)

    async def _ask_until_answered(self, resource: str, *, prolongs: bool = False) -> LeaseAnswer:
        """Ask, and again ever more rarely: the one who was asked may have been terminated."""
        request_id, patience = self._held[resource], ASK_FOR_LEASE_AGAIN
        answers = self._mailbox.leases
        answers.pop(request_id, None)
        while request_id not in answers:
            await self._ask(resource, EXPIRES_AFTER, prolongs=prolongs)
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: request_id in answers,
                    timeout=patience,
                    timeout_summary=f"Lease of {resource}",
                )
            patience = min(patience * 2, ASK_FOR_LEASE_AT_LAST)
        return answers[request_id]

    async def prolong_all(self, expires_after: timedelta) -> None:
        """Keep every lease for a wait that may be longer than they last."""
        for resource in self._held:
            await self._ask(resource, expires_after, prolongs=True)

    async def _ask(self, resource: str, expires_after: timedelta, *, prolongs: bool) -> None:
        self._asked_at[resource] = workflow.now()
        request = LeaseRequest(
            request_id=self._held[resource],
            holder=workflow.info().workflow_id,
            expires_after=expires_after,
            prolongs=prolongs,
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
