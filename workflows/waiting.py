"""Waiting for a run that may take hours, without holding a slot or growing the history."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as TemporalTimeout

with workflow.unsafe.imports_passed_through():
    from activities.runs import STILL_RUNNING, RunActivities
    from lakemend.step import RunEnd, WatchedRun
    from workflows.mailbox import Mailbox
    from workflows.options import CALL, HEARTBEAT, POLL_RETRY, workspace_queue


async def wait_for_run(watched: WatchedRun, mailbox: Mailbox, within: timedelta) -> RunEnd | None:
    """Return how the run ended, or None when it is still active after `within`.

    The activity polls by failing: the server schedules each next look. A webhook that says the run
    may have ended makes us look at once.
    """
    deadline = workflow.now() + within
    while True:
        mailbox.mark_read()
        polling = _poll(watched, deadline)
        if await _ended_first(polling, mailbox):
            return await _result(polling)
        polling.add_done_callback(_forget)
        polling.cancel()
        polling.add_done_callback(_disregard)


def _forget(polling: asyncio.Task[RunEnd]) -> None:
    """Look at how a cancelled poll ended, which nobody awaits: asyncio would log it otherwise."""
    if not polling.cancelled():
        polling.exception()


def _poll(watched: WatchedRun, deadline: datetime) -> workflow.ActivityHandle[RunEnd]:
    return workflow.start_activity_method(
        RunActivities.wait_for_run,
        watched,
        task_queue=workspace_queue(watched.workspace),
        start_to_close_timeout=CALL,
        schedule_to_close_timeout=max(deadline - workflow.now(), CALL),
        heartbeat_timeout=HEARTBEAT,
        retry_policy=POLL_RETRY,
        summary=f"Wait for run {watched.run_id}",
    )


async def _ended_first(polling: workflow.ActivityHandle[RunEnd], mailbox: Mailbox) -> bool:
    await workflow.wait_condition(lambda: polling.done() or mailbox.run_may_have_ended)
    return polling.done()


def _disregard(polling: asyncio.Task[RunEnd]) -> None:
    """Take the end of a look that was overtaken; left alone, asyncio would log it as an error."""
    if not polling.cancelled():
        polling.exception()


async def _result(polling: workflow.ActivityHandle[RunEnd]) -> RunEnd | None:
    try:
        return await polling
    except ActivityError as error:
        if _still_running(error):
            return None
        raise


def _still_running(error: ActivityError) -> bool:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return cause.type == STILL_RUNNING
    return isinstance(cause, TemporalTimeout)
