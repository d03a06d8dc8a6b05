"""Task queues, timeouts and retry policies, each number with its reason."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityCancellationType

WORKSPACE_QUEUE_PREFIX = "databricks-"

# One HTTP call with the SDK's own second of retries, or a handful of pages of one run.
CALL = timedelta(minutes=2)
# A worker that died is noticed after this; `activities.heartbeats` beats three times as often.
HEARTBEAT = timedelta(seconds=10)
# A workspace that is away for a night is read in the morning rather than given up.
READING = timedelta(hours=24)
# Local activities must end within a workflow task; the records and Temporal are near.
LOCAL = timedelta(seconds=10)
# A longer pause between two tries is a timer: the workflow task ends, for it holds one of the few
# slots of its worker, and while the records are away no other incident could be asked.
LOCAL_PATIENCE = timedelta(seconds=1)
# An answer takes milliseconds; a breaker that was just started on a busy server takes longer.
ANSWER = timedelta(minutes=1)
# A parked incident asks again so often: its breaker or gate may have been terminated.
ASK_AGAIN = timedelta(minutes=30)
# Waiting for a lease is ordinary: who waits asks again after the first, then ever more rarely.
ASK_FOR_LEASE_AGAIN = timedelta(minutes=5)
# A queue of 5,000 asks about once a second then.
ASK_FOR_LEASE_AT_LAST = timedelta(hours=1)
# The one who parks it sends it away in time; after this it goes by itself.
PARK_GRACE = timedelta(minutes=1)
# Who gets no answer at all goes so long after it would have been sent away: the task queue of
# breakers and gates may have been without a worker for a while.
SILENCE_GRACE = timedelta(minutes=30)
# How long changed settings wait for a repaired run to end before they go back all the same.
RESTORE_PATIENCE = timedelta(days=2)

# The server takes 3 where nothing is said. In a flood the recoveries under way finish first: behind
# thousands of newcomers the one that a storm tries would keep all of them waiting.
NEWCOMER = Priority(priority_key=4)
UNDER_WAY = Priority(priority_key=3)

CALL_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
)
POLL_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=1,  # the activity names each delay itself
)
LOCAL_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=5)
)


class LocalOptions(TypedDict):
    """What every local activity is called with."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy
    local_retry_threshold: timedelta


class CallOptions(TypedDict):
    """What every call to a workspace is made with."""

    task_queue: str
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


LOCALLY: LocalOptions = {
    "start_to_close_timeout": LOCAL,
    "retry_policy": LOCAL_RETRY,
    "local_retry_threshold": LOCAL_PATIENCE,
}


def workspace_queue(workspace: str) -> str:
    """Return the task queue for calls to one workspace; its rate is limited on the server."""
    return f"{WORKSPACE_QUEUE_PREFIX}{workspace}"


def calling(
    workspace: str, within: timedelta = READING, *, see_it_through: bool = False
) -> CallOptions:
    """Return the options of a call that must be confirmed `within` that time, retries included.

    A cancelled incident sees a change of the workspace through: only then is it known what to put
    back.
    """
    cancellation = ActivityCancellationType.TRY_CANCEL
    if see_it_through:
        cancellation = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    return {
        "task_queue": workspace_queue(workspace),
        "start_to_close_timeout": CALL,
        "schedule_to_close_timeout": within,
        "heartbeat_timeout": HEARTBEAT,
        "retry_policy": CALL_RETRY,
        "cancellation_type": cancellation,
    }
