"""The simulated workspace as a process of its own, for tests and the demo."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from simulator.app import DEFAULT_TOKEN
from simulator.client import Control


class SimulatorProcess:
    """Starts `python -m simulator` on a free port; a context manager.

    `scenario` is a file, or the text of one. `address`, `token` and `control` are there once
    started; `stop` and `start` again keep the state when `state_file` is given, and the port.
    """

    def __init__(
        self,
        scenario: Path | str | None = None,
        *,
        options: tuple[str, ...] = (),
        token: str = DEFAULT_TOKEN,
        state_file: Path | None = None,
    ) -> None:
        self.token = token
        self.address = ""
        self.control: Control
        self._folder = tempfile.TemporaryDirectory(prefix="simulator-")
        self._options = [*options, f"--token={token}", *self._scenario(scenario)]
        if state_file is not None:
            self._options += ["--state", str(state_file)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id while it runs."""
        return self._process.pid if self._process else 0

    def start(self) -> Self:
        """Start and wait until it answers; raises RuntimeError when it does not come up."""
        port = self.address.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "simulator", "--port", port, *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own
        line = _first_line(self._process.stdout)
        if not line:
            self._end(self._process)
            self._folder.cleanup()
            raise RuntimeError("the simulated workspace did not start; its message is above")
        self.address = str(json.loads(line)["address"])
        self.control = Control(self.address)
        return self

    def stop(self, *, kill: bool = False) -> None:
        """Stop politely, or as `kill -9` would."""
        if self._process is None:
            return
        self.control.close()
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        self._end(self._process)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.wait(timeout=60)
        if process.stdout is not None:
            process.stdout.close()
        self._process = None

    def _scenario(self, scenario: Path | str | None) -> list[str]:
        if scenario is None:
            return []
        if isinstance(scenario, str):
            path = Path(self._folder.name) / "scenario.yaml"
            path.write_text(scenario, encoding="utf-8")
            scenario = path
        return ["--scenario", str(scenario)]


def _first_line(stream: IO[bytes] | None) -> bytes:
    return stream.readline() if stream else b""
