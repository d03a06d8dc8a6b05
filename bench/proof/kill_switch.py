"""Kills the worker at a chosen call, at the two worst moments: just before and after its effect."""

import asyncio
from collections.abc import Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.proof.trial import Kill


class KillSwitch:
    """ASGI middleware; nobody is left to hear the answer of a call that was the last."""

    def __init__(self, app: ASGIApp, kills: Iterable[Kill], kill: Callable[[], None]) -> None:
        self._app = app
        self._kills = {each.at_call: each for each in kills}
        self._kill = kill
        self._calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the calls of the API, and let one of them be the last."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        self._calls += 1
        last = self._kills.get(self._calls)
        if last is None:
            await self._app(scope, receive, send)
            return
        if last.after_effect:
            await self._app(scope, receive, _unheard)
        self._kill()
        scope["state"]["transport"].abort()
        await asyncio.sleep(0.01)  # the server sees that nobody is there, and asks for no answer


async def _unheard(_: Message) -> None:
    """Send nothing."""
