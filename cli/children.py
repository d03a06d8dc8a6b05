"""Child processes: each in a group of its own, with a log file, stopped as a group."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.problems import CommandError

STOP_SECONDS = 12  # a worker lets activities under way end for up to ten seconds
_TAIL_LINES = 8


@dataclass(frozen=True)
class Program:
    """What to run, and the file that takes what it prints."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path | None = None


def lakemend(*arguments: str) -> list[str]:
    """Return the command line of our own command in this interpreter."""
    return [sys.executable, "-m", "cli", *arguments]


class Child:
    """A running program. A group of its own keeps a Ctrl-C on the terminal from reaching it.

    Use as `async with`: whatever happens inside, the group is stopped afterwards. `patience` is
    how many seconds it gets to end by itself.
    """

    def __init__(self, program: Program, patience: float = STOP_SECONDS) -> None:
        self.program = program
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id, 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        """Start the program; its output is added to the log file."""
        program = self.program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                env=dict(program.environment),
                cwd=program.folder,
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        if self._process is None:
            raise RuntimeError(f"{self.program.name} was not started")
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask the group to end, and end it when patience is over."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), self._patience)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.shield(self.stop())

    def failure(self) -> CommandError:
        """Describe an end that was not asked for, with the last lines of the log."""
        name, log = self.program.name, self.program.log
        lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        tail = "\n".join(f"  {line[:300]}" for line in lines)
        return CommandError(
            f"the {name} ended with exit code {self.exit_code}:\n{tail}", f"Its log is {log}."
        )

    def _signal(self, number: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            os.killpg(self._process.pid, number)
