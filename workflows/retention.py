"""Once a day: remove the records whose time is over."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
)

from workflows.scheduling import scheduled_or_told

with workflow.unsafe.imports_passed_through():
    from activities.retention import RetentionActivities
    from lakemend.incident import TASK_QUEUE
    from lakemend.retention import PRUNE_RECORDS
    from workflows.options import CALL_RETRY

# The first time, years of records may have to go.
LONGEST = timedelta(hours=6)
# Each batch beats; one that waits for another writer is done within a transaction's timeout.
HEARTBEAT = timedelta(minutes=1)

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
    """Have it done daily, unless another worker has seen to it; one that is late is not doubled."""
    action = ScheduleActionStartWorkflow(
        PruneRecordsWorkflow.run, id=PRUNE_RECORDS, task_queue=TASK_QUEUE
    )
    wanted = Schedule(action=action, spec=ScheduleSpec(intervals=[DAILY]))
    with (
        scheduled_or_told("retention.unscheduled", "run `lakemend records prune` daily"),
        suppress(ScheduleAlreadyRunningError),
    ):
        await client.create_schedule(PRUNE_RECORDS, wanted)
