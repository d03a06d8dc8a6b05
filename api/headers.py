"""What every answer carries, and the one log line that every request leaves."""

import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Swagger UI comes from here and is started inline. A script from elsewhere would run beside the
# console's, where a token is kept.
_DOCS_POLICY = (
    "default-src 'self'; frame-ancestors 'none'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'"
)
_DOCS_PATH = "/docs"
# The console's scripts, styles and pictures are files of ours; nothing is inline, and the browser
# itself refuses to take a text for markup (trusted types).
_CONSOLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_CONSOLE_PATH = "/console/"
_QUIET_PATHS = ("/healthz", "/readyz")

_log = structlog.stdlib.get_logger()


class AnswerHeaders:
    """Adds the security headers and logs the request; never its body, query or credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)
        # Only now, so that nobody waits for a log line.
        _log_answer(scope, status, time.monotonic() - began)


def _add_headers(message: Message, path: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(_DOCS_PATH):
        headers["Content-Security-Policy"] = _DOCS_POLICY
    if path.startswith(_CONSOLE_PATH):
        headers["Content-Security-Policy"] = _CONSOLE_POLICY
        # kept by the browser, and asked for each time whether it is still the same
        headers["Cache-Control"] = "no-cache"


def _log_answer(scope: Scope, status: int, seconds: float) -> None:
    write = _log.debug if scope["path"] in _QUIET_PATHS else _log.info
    write(
        "http.answered",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
