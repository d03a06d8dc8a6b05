"""What every call passes on its way in and out: the log, the bearer check, and the faults."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.errors import UnauthenticatedError
from simulator.faults import Fault, Faults
from simulator.records import Call
from simulator.subjects import subjects
from simulator.tokens import Tokens
from simulator.workspace import Workspace

TEXT_LIMIT = 20_000


class Gate:
    """ASGI middleware around the workspace's API; the control API passes untouched."""

    def __init__(
        self,
        app: ASGIApp,
        workspace: Workspace,
        faults: Faults,
        tokens: Tokens,
        changed: Callable[[], None],
    ) -> None:
        self._app = app
        self._workspace = workspace
        self._faults = faults
        self._tokens = tokens
        self._changed = changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one call."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            self._workspace.catch_up()
            await self._app(scope, receive, send)
            self._changed()
            return
        request = Request(scope, receive)
        body = await request.body()
        call = self._log(request, body)
        fault = self._faults.choose(
            request.method, request.url.path, time.time(), self._about(request, body)
        )
        exchange = _Exchange(self._app, scope, body)
        await self._answer(request, exchange, call, fault)
        await exchange.reply(send, call)
        self._changed()

    def _about(self, request: Request, body: bytes) -> frozenset[str]:
        if not self._faults.ask_about:
            return frozenset()
        state = self._workspace.world.state
        return subjects(state, request.url.path, request.url.query, body)

    async def _answer(
        self, request: Request, exchange: "_Exchange", call: Call, fault: Fault | None
    ) -> None:
        """Prepare the answer; `exchange.dropped` when there is to be none."""
        call.fault = fault.kind if fault else ""
        if fault and fault.kind in {"delay", "status"}:
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "status":
            exchange.refuse(fault.status, fault.body, fault.headers)
            return
        if fault and fault.kind == "drop_before":
            exchange.dropped = True
            return
        if not self._tokens.accepts(request.headers.get("authorization", "")):
            exchange.refuse(UnauthenticatedError.status, _unauthenticated(), {})
            return
        await self._handle(request, exchange, fault)

    async def _handle(self, request: Request, exchange: "_Exchange", fault: Fault | None) -> None:
        url = str(request.url)
        old = self._faults.remembered(url) if request.method == "GET" else None
        if fault and fault.kind == "stale" and old is not None:
            exchange.refuse(200, json.loads(old), {})
            return
        self._workspace.catch_up()
        await exchange.handle()
        if request.method == "GET" and exchange.status == 200:  # noqa: PLR2004 - HTTP OK
            self._faults.remember(url, exchange.body)
        exchange.dropped = fault is not None and fault.kind == "drop_after"

    def _log(self, request: Request, body: bytes) -> Call:
        calls = self._workspace.world.state.calls
        call = Call(
            sequence=len(calls) + 1,
            time=time.time(),
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            body=body.decode("utf-8", "replace")[:TEXT_LIMIT],
            user_agent=request.headers.get("user-agent", ""),
        )
        calls.append(call)
        return call


class _Exchange:
    """One request and its answer, held back until it is known what becomes of it."""

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        self._app = app
        self._scope = scope
        self._request_body = body
        self._headers: list[tuple[bytes, bytes]] = []
        self.status = 0
        self.body = b""
        self.dropped = False

    async def handle(self) -> None:
        """Let the application answer."""
        await self._app(self._scope, self._receive, self._keep)

    def refuse(self, status: int, body: Any, headers: dict[str, str]) -> None:
        """Answer in its place; text is sent as HTML, anything else as JSON."""
        kind = "text/html" if isinstance(body, str) else "application/json"
        self.status = status
        self.body = (body if isinstance(body, str) else json.dumps(body)).encode()
        given = {"content-type": kind, "content-length": str(len(self.body)), **headers}
        self._headers = [(name.encode(), value.encode()) for name, value in given.items()]

    async def reply(self, send: Send, call: Call) -> None:
        """Send the answer, or close the connection without one."""
        call.status = 0 if self.dropped else self.status
        if self.dropped:
            self._scope["state"]["transport"].abort()
            await asyncio.sleep(0.01)
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self.body})

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": self._request_body, "more_body": False}

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self._headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


def _unauthenticated() -> dict[str, str]:
    return {
        "error_code": UnauthenticatedError.error_code,
        "message": "Credential was not sent or was of an unsupported type for this API.",
    }
