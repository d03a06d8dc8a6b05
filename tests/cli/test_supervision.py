import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from cli.children import Program
from cli.problems import CommandError
from cli.supervision import keep_running, run_together

SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


def program(folder: Path, code: str) -> Program:
    return Program("part", [sys.executable, "-c", code], folder / "part.log", dict(os.environ))


def pids(log: Path, count: int) -> list[int]:
    while not log.exists() or len(log.read_text().split()) < count:
        time.sleep(0.02)
    return [int(word) for word in log.read_text().split()]


async def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    part = program(tmp_path, SLEEPER)
    keeping = asyncio.create_task(keep_running(part, said.append))

    [first] = await asyncio.to_thread(pids, part.log, 1)
    os.kill(first, signal.SIGKILL)
    [_, second] = await asyncio.to_thread(pids, part.log, 2)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping

    assert said == ["The part ended with exit code -9; it is started again."]
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_a_program_that_ends_at_once_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such setting"):
        await keep_running(program(tmp_path, "import sys; sys.exit('no such setting')"), print)


async def test_all_parts_end_when_told_to() -> None:
    ended: list[str] = []
    stopping = asyncio.Event()

    async def part(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    asyncio.get_running_loop().call_later(0.05, stopping.set)
    await run_together(stopping, part("a"), part("b"))

    assert sorted(ended) == ["a", "b"]


async def test_an_error_of_one_part_ends_the_others_and_is_raised() -> None:
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    async def fails() -> None:
        raise CommandError("it broke")

    with pytest.raises(CommandError, match="it broke"):
        await run_together(asyncio.Event(), waits(), fails())

    assert ended == ["waits"]
