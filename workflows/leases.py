"""The leases that one incident holds."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.breakers import EntityActivities
    from lakemend.lease import LeaseCall, LeaseRelease, LeaseRequest, LeaseReturn
    from workflows.mailbox import Mailbox
    from workflows.options import LOCALLY


class Leases:
    """Asks for leases and knows which are held."""

    def __init__(self, workspace: str, mailbox: Mailbox) -> None:
        self._workspace = workspace
        self._mailbox = mailbox
        self._held: dict[str, str] = {}

    async def acquire(self, resource: str) -> None:
        """Wait in line for the sole right to change a resource; at once if it is held already."""
        if resource in self._held:
            return
        request_id = str(workflow.uuid4())
        # Held from the moment of asking: a cancelled incident also leaves the queue.
        self._held[resource] = request_id
        await workflow.execute_local_activity_method(
            EntityActivities.request_lease,
            LeaseCall(
                workspace=self._workspace,
                resource=resource,
                request=LeaseRequest(request_id=request_id, holder=workflow.info().workflow_id),
            ),
            **LOCALLY,
        )
        await workflow.wait_condition(lambda: request_id in self._mailbox.grants)

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
