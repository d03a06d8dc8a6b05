"""Once a day: remove the records whose time is over."""

from datetime import timedelta

import structlog
from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
)
from temporalio.service import RPCError, RPCStatusCode

with workflow.unsafe.imports_passed_through():
    from activities.retention import RetentionActivities
    from lakemend.incident import TASK_QUEUE
    from lakemend.retention import PRUNE_RECORDS
    from workflows.options import CALL_RETRY

# The first time, years of records may have to go.
LONGEST = timedelta(hours=6)
# Each batch beats; one that waits for another writer is done within a transaction's timeout.
HEARTBEAT = timedelta(minutes=1)
_log = structlog.stdlib.get_logger()

DAILY = ScheduleIntervalSpec(every=timedelta(days=1), offset=timedelta(hours=3))


@workflow.defn(name=PRUNE_RECORDS)
class PruneRecordsWorkflow:
    """One call; as a workflow it survives restarts, and of several workers one does it."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """Return how much of each kind was removed."""
        return await workflow.execute_activity_method(
            RetentionActivities.prune_records,
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=CALL_RETRY,
            summary="Remove records whose time is over",
        )


async def schedule_pruning(client: Client) -> None:
    """Have it done daily, unless another worker has seen to it; one that is late is not doubled.

    A server that knows no schedules is no reason not to recover jobs: there people prune by hand.
    """
    action = ScheduleActionStartWorkflow(
        PruneRecordsWorkflow.run, id=PRUNE_RECORDS, task_queue=TASK_QUEUE
    )
    try:
        await client.create_schedule(
            PRUNE_RECORDS, Schedule(action=action, spec=ScheduleSpec(intervals=[DAILY]))
        )
    except ScheduleAlreadyRunningError:
        return
    except RPCError as error:
        if error.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        _log.warning("retention.unscheduled", remedy="run `lakemend records prune` daily")
