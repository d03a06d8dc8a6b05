"""What the demo runs in: a fresh folder, free ports, and variables that name nothing else.

Nothing of the caller's own set-up reaches the demo's processes: neither a variable nor a `.env`
file can point them at a real workspace.
"""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.children import Program, lakemend
from cli.demo.scene import Scene
from cli.embedded import EmbeddedServer, embedded_environment
from cli.own_secrets import missing_secrets
from cli.ports import LOOPBACK, free_port_from, require_free
from lakemend.settings import VARIABLES, Settings, load_settings

_PORT_VARIABLES = ("LAKEMEND_TEMPORAL_PORT", "LAKEMEND_UI_PORT", "LAKEMEND_API_PORT")
# prefixes of variables that would lead a process somewhere else
_FOREIGN = ("TEMPORAL_", "DATABRICKS_", "LAKEMEND_")
_SIMULATOR_PORT = 8400


@dataclass(frozen=True)
class Surroundings:
    """One demo: where it keeps its files, and the variables that name its parts."""

    folder: Path
    scene: Scene
    simulator_port: int
    variables: Mapping[str, str]

    @property
    def settings(self) -> Settings:
        """The settings as the demo's processes read them."""
        return load_settings(None, self.variables)

    @property
    def workspace_url(self) -> str:
        """Where the simulated workspace answers."""
        return f"http://{LOOPBACK}:{self.simulator_port}"

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://{LOOPBACK}:{self.settings.api_port}"

    @property
    def server(self) -> EmbeddedServer:
        """The embedded Temporal server."""
        settings = self.settings
        return EmbeddedServer(self.folder, settings.temporal_port, settings.ui_port)

    @property
    def webhook_credential(self) -> tuple[str, str]:
        """User and password with which the simulated workspace signs in."""
        credential = self.settings.webhook_credentials[0]
        return credential.user, credential.password.get_secret_value()

    def simulator(self) -> Program:
        """Return the simulated workspace, waiting for the order to let its jobs fail."""
        command = [
            sys.executable,
            "-m",
            "simulator",
            "--hold",
            "--scenario",
            str(self.scene.scenario),
        ]
        command += ["--port", str(self.simulator_port), "--state", str(self.folder / "state.json")]
        command += [f"--token={self.variables['DATABRICKS_TOKEN']}"]
        return self._program("simulator", command)

    def our_parts(self) -> tuple[Program, Program]:
        """Return worker and API."""
        worker, api = lakemend("worker"), lakemend("api", "--demo")
        return self._program("worker", worker), self._program("api", api)

    def _program(self, name: str, command: list[str]) -> Program:
        log = self.folder / "logs" / f"{name}.log"
        environment = {**neutral_environment(), **self.variables}
        return Program(name, command, log, environment, self.folder)


def prepare(folder: Path, scene: Scene, *, keep_ports: bool) -> Surroundings:
    """Choose ports and make secrets; raises BadInputError for a port that is taken and kept."""
    wanted = load_settings(None, {name: os.environ.get(name, "") for name in _PORT_VARIABLES})
    ports = _ports(wanted, keep=keep_ports)
    simulator_port = free_port_from(_SIMULATOR_PORT, frozenset(ports.values()))
    server = EmbeddedServer(folder, ports["LAKEMEND_TEMPORAL_PORT"], ports["LAKEMEND_UI_PORT"])
    variables = {
        **scene.pace,
        **missing_secrets(load_settings(None, {})),
        **embedded_environment(server),
        "LAKEMEND_API_PORT": str(ports["LAKEMEND_API_PORT"]),
        "LAKEMEND_DATA_DIR": str(folder),
        "DATABRICKS_HOST": f"http://{LOOPBACK}:{simulator_port}",
        "DATABRICKS_TOKEN": secrets.token_urlsafe(),
    }
    return Surroundings(folder, scene, simulator_port, variables)


def _ports(wanted: Settings, *, keep: bool) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for variable in _PORT_VARIABLES:
        port: int = getattr(wanted, VARIABLES[variable])
        if keep:
            require_free(variable, port)
        else:
            port = free_port_from(port, frozenset(chosen.values()))
        chosen[variable] = port
    return chosen


def neutral_environment() -> dict[str, str]:
    """Return the caller's variables without any that could lead to a real workspace."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(_FOREIGN)
    }
    # a proxy of the machine's must not see calls to the loopback address
    return {**kept, "NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK}
