import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import Unauthenticated

from simulator.client import Control
from simulator.server import SimulatorProcess

SCENARIO = "user: robot@example.com"


def service_principal(simulator: SimulatorProcess, secret: str) -> WorkspaceClient:
    config = Config(
        host=simulator.address,
        client_id="simulated-client",
        client_secret=secret,
        auth_type="oauth-m2m",
        retry_timeout_seconds=60,
    )
    return WorkspaceClient(config=config)


def test_caller_is_named(client: WorkspaceClient) -> None:
    assert client.current_user.me().user_name == "robot@example.com"


def test_client_learns_the_workspace_from_the_host(
    client: WorkspaceClient, control: Control
) -> None:
    assert client.config.workspace_id == control.status()["workspace_id"]


def test_unknown_token_is_refused(simulator: SimulatorProcess) -> None:
    config = Config(host=simulator.address, token="wrong", auth_type="pat")

    with pytest.raises(Unauthenticated, match="Credential was not sent"):
        WorkspaceClient(config=config).current_user.me()


def test_service_principal_gets_a_token_and_a_new_one_when_it_expires(
    simulator: SimulatorProcess, control: Control
) -> None:
    client = service_principal(simulator, "simulated-secret")
    assert client.current_user.me().active

    control.expire_tokens()

    with pytest.raises(Unauthenticated):
        client.current_user.me()
    assert service_principal(simulator, "simulated-secret").current_user.me().active


def test_wrong_secret_gives_no_token(simulator: SimulatorProcess) -> None:
    with pytest.raises(ValueError, match="invalid_client"):
        service_principal(simulator, "wrong").current_user.me()
