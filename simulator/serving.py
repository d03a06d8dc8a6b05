"""uvicorn on a loopback port, with connections that the gate can cut."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol


class CuttableProtocol(H11Protocol):
    """Hands the connection to the application, which closes it to lose an answer."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _listener(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; otherwise each answer
    # would wait 40 ms for the other side's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    return listener


async def serve(app: FastAPI, port: int, ready: Callable[[str], None]) -> None:
    """Serve on 127.0.0.1 until stopped; port 0 lets the system choose."""
    server, listener = _prepared(app, port)
    # The port takes connections since it was opened; they wait until uvicorn looks.
    ready(app.state.workspace.world.address)
    await server.serve(sockets=[listener])


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[str]:
    """Serve beside whatever else this event loop does; gives the address."""
    server, listener = _prepared(app, 0)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield app.state.workspace.world.address
    finally:
        server.should_exit = True
        await running


def _prepared(app: FastAPI, port: int) -> tuple[uvicorn.Server, socket.socket]:
    listener = _listener(port)
    app.state.workspace.world.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app,
        http=CuttableProtocol,
        ws="none",
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config), listener
