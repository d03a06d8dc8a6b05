"""What happens to incidents and breakers, as it happens."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from fastapi.concurrency import run_in_threadpool
from fastapi.sse import ServerSentEvent

from records import Records

_POLL_SECONDS = 0.5  # the records are shared by several processes, which cannot call each other
_HEARTBEAT_EVERY = 20  # polls: proxies drop a connection that is silent for a minute
_BATCH = 100


async def follow_audit(
    records: Records, after: int | None, closing: asyncio.Event
) -> AsyncGenerator[ServerSentEvent]:
    """Yield each audit entry behind `after` with its sequence as id, until `closing` is set.

    None begins with what happens from now on.
    """
    sequence = await run_in_threadpool(records.latest_sequence) if after is None else after
    quiet = 0
    yield ServerSentEvent(comment="following", retry=1000)
    while not closing.is_set():
        entries = await run_in_threadpool(records.events_after, sequence, _BATCH)
        for sequence, entry in entries:
            yield ServerSentEvent(
                id=str(sequence), event=entry.kind, raw_data=entry.model_dump_json()
            )
        quiet = 0 if entries else quiet + 1
        if quiet >= _HEARTBEAT_EVERY:
            quiet = 0
            yield ServerSentEvent(comment="still here")
        if len(entries) < _BATCH:
            await _sleep_unless(closing)


async def _sleep_unless(closing: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closing.wait(), _POLL_SECONDS)
