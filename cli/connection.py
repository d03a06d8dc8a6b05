"""The way to Temporal: the standard variables and profiles, and our embedded server otherwise."""

from functools import partial

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from api.connection import TemporalConnection
from cli.problems import BadInputError, CommandError
from lakemend.settings import Settings

DEFAULT_NAMESPACE = "default"


def connection_config(settings: Settings) -> ClientConnectConfig:
    """Read `TEMPORAL_*` and the TOML profile; without an address it is the embedded server's."""
    try:
        config = ClientConfig.load_client_connect_config()
    except RuntimeError as error:
        remedy = "Correct the file named by TEMPORAL_CONFIG_FILE, or unset TEMPORAL_PROFILE."
        raise BadInputError("TEMPORAL_*", "profile", str(error), remedy) from error
    config.setdefault("target_host", f"127.0.0.1:{settings.temporal_port}")
    return config


async def open_client(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connect to Temporal; raises what the SDK raises, RuntimeError when nobody answers."""
    config = connection_config(settings)
    return await Client.connect(**config, data_converter=pydantic_data_converter, runtime=runtime)


async def connect(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connect to Temporal; raises CommandError that says where it was sought."""
    try:
        return await open_client(settings, runtime)
    except (RuntimeError, RPCError) as error:
        address = connection_config(settings).get("target_host", "")
        remedy = "Start it with `lakemend up`, or set TEMPORAL_ADDRESS to a running one."
        raise CommandError(f"Temporal at {address} cannot be reached: {error}", remedy) from error


def temporal_connection(settings: Settings) -> TemporalConnection:
    """Return the API's way to Temporal, which connects when it is first needed."""
    return TemporalConnection(partial(connect, settings))
