"""Serving the application until it is told to stop."""

import asyncio
import contextlib
import socket

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from api.app import create_app
from api.connection import Connector
from api.deps import Parts
from lakemend.settings import Settings
from records import Records

_GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """Ends the open event streams before it waits for requests to finish."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._parts: Parts = app.state.parts
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                # The application logs its requests, and the caller has set logging up.
                access_log=False,
                log_config=None,
                server_header=False,
                # Nothing here depends on the caller's address.
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of the streams, then of everything else."""
        self._parts.closing.set()
        await super().shutdown(sockets)


async def serve(
    settings: Settings,
    temporal: Client | Connector,
    records: Records,
    *,
    shutdown: asyncio.Event | None = None,
) -> None:
    """Serve on `api_host:api_port` until `shutdown` is set or the process is told to end."""
    server = Server(create_app(settings, temporal, records), settings.api_host, settings.api_port)
    stopping = asyncio.create_task(_stop(server, shutdown or asyncio.Event()))
    try:
        await server.serve()
    finally:
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopping


async def _stop(server: Server, shutdown: asyncio.Event) -> None:
    await shutdown.wait()
    server.should_exit = True
