"""What a trial runs in: a folder that is removed, ports that are free, and no real workspace."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from cli.children import Program
from cli.demo.surroundings import neutral_environment
from cli.embedded import EmbeddedServer
from cli.ports import LOOPBACK, free_port
from cli.problems import CommandError
from lakemend.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """One trial's folder, and what its parts need to find each other."""

    folder: Path
    scenario: Path
    factor: float
    port: int
    token: str

    @property
    def workspace_url(self) -> str:
        """Where the simulated workspace answers."""
        return f"http://{LOOPBACK}:{self.port}"

    def server(self) -> EmbeddedServer:
        """Return a Temporal server on free ports."""
        return EmbeddedServer(self.folder, free_port(), free_port())

    def simulator(self) -> Program:
        """Return the simulated workspace, waiting for the order to let its jobs fail."""
        command = [sys.executable, "-m", "simulator", "--hold", "--port", str(self.port)]
        command += [f"--token={self.token}", "--time-factor", str(self.factor)]
        command += ["--scenario", str(self.scenario.absolute())]
        log = self.folder / "logs" / "simulator.log"
        return Program("simulated workspace", command, log, neutral_environment(), self.folder)

    def settings(self, given: Settings) -> Settings:
        """Return a person's settings with the simulated workspace in place of theirs."""
        changes: dict[str, Any] = {
            "databricks_host": self.workspace_url,
            "databricks_token": SecretStr(self.token),
            "further_workspaces": {},
            "data_dir": self.folder,
            "database_url": None,
            "snapshot_keys": (),
            "auto_remediation_enabled": True,
            "sweep_every": timedelta(0),
            # nobody else calls this workspace
            "calls_per_second": 1000.0,
        }
        return given.model_copy(update=changes)


@contextmanager
def surroundings(scenario: Path, factor: float) -> Generator[Surroundings]:
    """Make a folder and remove it; it is kept for an error that names a log in it."""
    folder = Path(tempfile.mkdtemp(prefix="lakemend-trial-"))
    keep = False
    try:
        yield Surroundings(folder, scenario, factor, free_port(), secrets.token_urlsafe())
    except CommandError:
        keep = True
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
