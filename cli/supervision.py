"""Keeps the parts of one command running, and ends them together."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from cli.children import Child, Program

# a program that ends by itself sooner than this will not do better the next time
SHORTEST_LIFE_SECONDS = 5
PAUSE_SECONDS = 0.5


async def keep_running(program: Program, announce: Callable[[str], None]) -> None:
    """Run the program, and start it again when it dies: the incidents wait in Temporal meanwhile.

    Raises CommandError with the end of its log when it ends by itself right after its start.
    """
    while True:
        started = time.monotonic()
        async with Child(program) as child:
            code = await child.wait()
        killed = code < 0
        if not killed and time.monotonic() - started < SHORTEST_LIFE_SECONDS:
            raise child.failure()
        announce(f"The {program.name} ended with exit code {code}; it is started again.")
        await asyncio.sleep(PAUSE_SECONDS)


async def run_together(stopping: asyncio.Event, *parts: Coroutine[Any, Any, None]) -> None:
    """Run all parts until the event is set or one of them ends; an error of a part is raised."""
    stop = asyncio.create_task(stopping.wait())
    tasks: list[asyncio.Task[Any]] = [stop, *(asyncio.create_task(part) for part in parts)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
