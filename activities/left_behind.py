"""What a lease knew that did not end by itself: the next run of it begins with that."""

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from lakemend.lease import LEASE_STATE, Lease

_KNOWS_NOTHING = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED)
"""Another asker has started it meanwhile, or it has ended because nobody held the resource."""


async def left_behind(client: Client, workflow_id: str) -> Lease | None:
    """Return the state of a lease that was terminated; None where there is nothing to remember.

    Its holder may work on, and nobody else may have the resource meanwhile. A worker replays the
    history to answer, which adds no event to any. One that cannot be replayed tells nothing: to
    leave the resource to nobody for ever would be worse.
    """
    handle = client.get_workflow_handle(workflow_id)
    try:
        if (await handle.describe()).status in _KNOWS_NOTHING:
            return None
        return await handle.query(LEASE_STATE, result_type=Lease)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    except WorkflowQueryFailedError:
        activity.logger.exception("lease.history_lost", extra={"lease": workflow_id})
        return None
