"""The way to Temporal: a client made when it is needed, and calls that never wait for long."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.problems import AwayError

Connector = Callable[[], Awaitable[Client]]

CALL_TIMEOUT = timedelta(seconds=3)
# Beyond the call's own timeout: the SDK repeats a call that was refused as unavailable.
_DEADLINE = timedelta(seconds=5)

_log = structlog.stdlib.get_logger()


class TemporalConnection:
    """A client, or a connector that is asked for one until it succeeds.

    A client that was connected once reconnects by itself.
    """

    def __init__(self, source: Client | Connector) -> None:
        self._client = source if isinstance(source, Client) else None
        self._connect = None if isinstance(source, Client) else source
        self._attempt: asyncio.Task[Client] | None = None

    @property
    def namespace(self) -> str:
        """The namespace of the client; the usual one until there is a client."""
        return self._client.namespace if self._client else "default"

    async def client(self) -> Client:
        """Return the client; raises AwayError when Temporal cannot be reached."""
        if self._client is None:
            async with reaching_temporal():
                self._client = await asyncio.shield(self._shared_attempt())
        return self._client

    async def check(self) -> None:
        """Raise AwayError unless Temporal serves."""
        client = await self.client()
        async with reaching_temporal():
            if not await client.service_client.check_health(timeout=CALL_TIMEOUT):
                raise AwayError("Temporal is reached and says that it is not serving")

    def _shared_attempt(self) -> asyncio.Task[Client]:
        """Join the attempt that is under way: a hundred requests make one connection."""
        if self._attempt is None or self._attempt.done():
            self._attempt = asyncio.create_task(self._open())
        return self._attempt

    async def _open(self) -> Client:
        assert self._connect is not None  # noqa: S101 for the type checker: no client, so a connector
        return await self._connect()


@asynccontextmanager
async def reaching_temporal() -> AsyncGenerator[None]:
    """Bound the calls inside, and raise AwayError for what is not an answer.

    `NOT_FOUND` is an answer and passes through as RPCError.
    """
    try:
        async with asyncio.timeout(_DEADLINE.total_seconds()):
            yield
    except TimeoutError as error:
        _log.warning("temporal.away", reason="timeout")
        raise AwayError("Temporal did not answer in time") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise
        _log.warning("temporal.away", reason=error.status.name, message=error.message)
        raise AwayError(f"Temporal cannot take this now ({error.status.name})") from error
    except (RuntimeError, OSError) as error:
        # The SDK raises RuntimeError when the first connection fails.
        _log.warning("temporal.away", reason=str(error))
        raise AwayError("Temporal cannot be reached") from error
