"""Waiting for a server over HTTP."""

import asyncio
import time
from http import HTTPStatus

import httpx

from cli.problems import CommandError

READY_WITHIN_SECONDS = 45  # two Python processes start at once on a loaded machine
_POLL_SECONDS = 0.2


async def wait_until_serving(url: str) -> None:
    """Return once the address answers 200; raises CommandError after READY_WITHIN_SECONDS."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    async with httpx.AsyncClient(timeout=2) as client:
        while not await _serves(client, url):
            if time.monotonic() > deadline:
                remedy = "`lakemend doctor` looks at every part."
                raise CommandError(f"{url} does not answer", remedy)
            await asyncio.sleep(_POLL_SECONDS)


async def _serves(client: httpx.AsyncClient, url: str) -> bool:
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return False
    return answer.status_code == HTTPStatus.OK
