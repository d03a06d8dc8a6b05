# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from collections.abc import Iterator

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config

from simulator.client import Control
from simulator.server import SimulatorProcess


@pytest.fixture(scope="module")
def simulator(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    """Run a workspace of the module's SCENARIO, whose time moves only by `control.advance`."""
    options = getattr(request.module, "OPTIONS", ("--frozen",))
    with SimulatorProcess(request.module.SCENARIO, options=options) as process:
        yield process


@pytest.fixture(scope="module")
def control(simulator: SimulatorProcess) -> Control:
    return simulator.control


@pytest.fixture(scope="module")
def client(simulator: SimulatorProcess) -> WorkspaceClient:
    config = Config(
        host=simulator.address,
        token=simulator.token,
        auth_type="pat",
        # the SDK pauses for up to two seconds before it sends a lost call again
        retry_timeout_seconds=60,
        http_timeout_seconds=60,
    )
    return WorkspaceClient(config=config)
