"""Heartbeats for every activity that has a heartbeat timeout.

A worker that dies is noticed within that timeout instead of the whole time the call might take.
What an activity itself says by `activity.heartbeat` is repeated, so that its next try still finds
it.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)


class Heartbeats(Interceptor):
    """Add to a worker's interceptors."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Beat while the activity runs."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._said = _Said(outbound)
        super().init(self._said)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        info = activity.info()
        if info.heartbeat_timeout is None:
            return await super().execute_activity(input)
        self._said.details = tuple(info.heartbeat_details)
        beating = asyncio.create_task(self._beat(info.heartbeat_timeout / 3))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self, pause: timedelta) -> None:
        # not `activity.heartbeat`: for an activity in a thread, that would block this event loop
        while True:
            await asyncio.sleep(pause.total_seconds())  # a short call needs, and costs, no beat
            self._said.heartbeat(*self._said.details)


class _Said(ActivityOutboundInterceptor):
    """Remembers the newest details."""

    details: tuple[Any, ...] = ()

    def heartbeat(self, *details: Any) -> None:
        self.details = details
        super().heartbeat(*details)
