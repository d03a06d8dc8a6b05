"""The SDK's client, with its own retries off: Temporal does the retrying.

The SDK repeats every method, also POST, after a lost connection, and sleeps a `Retry-After` in
full, however long (databricks-sdk `retries.retried`). Both happen through the clock it is given, so
a clock that refuses to sleep leaves each call exactly one try and never parks the thread.
"""

import time
from typing import Any, Protocol, cast

from databricks.sdk.clock import Clock
from databricks.sdk.core import ApiClient, Config
from pydantic import SecretStr

HTTP_TIMEOUT_SECONDS = 20  # several calls must fit in one activity's two minutes
METADATA_RETRY_SECONDS = 1  # for /.well-known/databricks-config, which has a clock of its own


class Client(Protocol):
    """What we use of the SDK's ApiClient."""

    def do(self, method: str, path: str, **content: Any) -> object:
        """Send one request, with `query` or `body`, and return the parsed answer."""
        ...


class PauseRefusedError(Exception):
    """The SDK wanted to wait and try again; why is in `__context__`."""


class NoPause(Clock):
    """Real time, and no sleep."""

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Raise PauseRefusedError instead."""
        raise PauseRefusedError(f"the SDK wanted to wait {seconds:.0f} s")


def build_client(host: str, token: SecretStr, version: str) -> Client:
    """Build a client; it reads the host's metadata at once, so never call this on an event loop.

    `auth_type` is named because a second kind of credential in the environment would otherwise be
    refused as ambiguous.
    """
    config = Config(
        host=host,
        token=token.get_secret_value(),
        auth_type="pat",
        retry_timeout_seconds=METADATA_RETRY_SECONDS,
        http_timeout_seconds=HTTP_TIMEOUT_SECONDS,
        product="lakemend",
        product_version=version,
        clock=NoPause(),
    )
    return cast("Client", ApiClient(config))
