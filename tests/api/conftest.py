"""A real server on a real port, a real Temporal, real records."""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.records import RecordActivities
from api.app import create_app
from api.connection import Connector
from api.server import Server
from lakemend.incident import SEARCH_ATTRIBUTES
from lakemend.letter import ENTITY_QUEUE
from lakemend.settings import Settings
from records import Records, migrate, open_records
from workflows.breaker import BreakerWorkflow
from workflows.gate import GateWorkflow
from workflows.sandbox import sandbox

JWT_SECRET = "b41c7f0e9d2a4c6f8e1b3d5a7c9e0f24"

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
MakeToken = Callable[..., str]


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """The embedded server, as `lakemend up` runs it."""
    # The SDK leaves the type of a search attribute's key open.
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_startup_timeout=timedelta(seconds=60),
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    ) as environment:
        yield environment.client


@pytest.fixture(scope="session")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.db'}"
    migrate(url)
    return url


@pytest.fixture(scope="session")
async def records(records_url: str) -> AsyncIterator[Records]:
    records = open_records(records_url)
    yield records
    records.close()


@pytest.fixture(scope="module")
async def worker(temporal: Client, records: Records) -> AsyncIterator[None]:
    """What answers for gates and breakers."""
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            temporal,
            task_queue=ENTITY_QUEUE,
            workflows=[BreakerWorkflow, GateWorkflow],
            activities=[RecordActivities(records).record_audit],
            activity_executor=threads,
            workflow_runner=sandbox(),
        ):
            yield


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.model_validate(
        {
            "LAKEMEND_WEBHOOK_CREDENTIALS": "databricks:now-7Qx!,databricks:nächstes-9Kp",
            "LAKEMEND_API_KEYS": "key-one-3fA8,key-two-5bC9",
            "LAKEMEND_JWT_SECRET": JWT_SECRET,
            "LAKEMEND_WORKSPACES": '{"finance": {"host": "http://127.0.0.1:9", "token": "t"}}',
            "DATABRICKS_HOST": "http://127.0.0.1:9",
        }
    )


@pytest.fixture(scope="session")
def serve(settings: Settings, temporal: Client, records: Records) -> Serve:
    """Serve the application as a context manager that gives an HTTP client."""

    def start(
        settings: Settings = settings,
        temporal: Client | Connector = temporal,
        records: Records = records,
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return _serving(settings, temporal, records)

    return start


@asynccontextmanager
async def _serving(
    settings: Settings, temporal: Client | Connector, records: Records
) -> AsyncGenerator[httpx.AsyncClient]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(create_app(settings, temporal, records), "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    port = listener.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        try:
            yield client
        finally:
            server.should_exit = True
            await serving


@pytest.fixture(scope="session")
async def api(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    """Call the application with a valid API key."""
    async with serve() as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        yield client


@pytest.fixture(scope="session")
async def stranger(api: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Call the same application without a credential."""
    async with httpx.AsyncClient(base_url=api.base_url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def make_token() -> MakeToken:
    def make(secret: str = JWT_SECRET, algorithm: str = "HS256", **claims: Any) -> str:
        expires = datetime.now(UTC) + timedelta(minutes=5)
        given = {"sub": "on-call", "exp": expires} | claims
        present = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(present, secret, algorithm)

    return make
