import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from cli.children import Child, Program

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def program(folder: Path, code: str) -> Program:
    command = [sys.executable, "-c", code]
    return Program("test program", command, folder / "logs" / "program.log", dict(os.environ))


def first_line(log: Path) -> str:
    while not log.exists() or not log.read_text():
        time.sleep(0.02)
    return log.read_text().splitlines()[0]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_end(pid: int) -> None:
    while is_running(pid):
        time.sleep(0.02)


async def test_the_whole_group_ends_with_the_block(tmp_path: Path) -> None:
    async with Child(program(tmp_path, PARENT)) as child:
        grandchild = int(await asyncio.to_thread(first_line, child.program.log))
        assert is_running(grandchild)

    assert child.exit_code == -15
    await asyncio.to_thread(wait_for_end, grandchild)


async def test_an_error_inside_ends_the_child_too(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "import time; time.sleep(60)"))

    with pytest.raises(ZeroDivisionError):
        async with child:
            _ = 1 / 0

    assert child.exit_code == -15


async def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    child = Child(program(tmp_path, STUBBORN), patience=0.5)
    async with child:
        await asyncio.to_thread(first_line, child.program.log)

    assert child.exit_code == -9


async def test_a_failure_shows_the_end_of_the_log(tmp_path: Path) -> None:
    code = "import sys; print('\\n'.join(map(str, range(99)))); sys.exit('no disk')"
    async with Child(program(tmp_path, code)) as child:
        await child.wait()

    failure = child.failure()

    assert "the test program ended with exit code 1" in failure.problem
    assert "no disk" in failure.problem
    assert "\n  5\n" not in failure.problem
    assert str(child.program.log) in failure.remedy


async def test_a_ctrl_c_on_the_terminal_does_not_reach_the_child(tmp_path: Path) -> None:
    async with Child(program(tmp_path, "import time; time.sleep(60)")) as child:
        assert os.getpgid(child.pid) == child.pid
        assert os.getsid(child.pid) != os.getsid(0)
