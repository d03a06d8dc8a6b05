"""What a trial runs in: Temporal, the webhook route, a workspace, records, a worker to kill."""

import asyncio
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr
from temporalio.client import Client

from api.app import create_app as create_api
from api.server import Server
from bench.proof.kill_switch import KillSwitch
from bench.proof.trial import Trial
from bench.proof.working import WorkerProcess
from bench.proof.workspace import workspace_of
from lakemend.setting_types import BasicCredential, WorkspaceConnection
from lakemend.settings import Settings
from records import Records, open_records
from simulator.app import DEFAULT_TOKEN
from simulator.app import create_app as create_workspace
from simulator.serving import serving
from simulator.workspace import Workspace

USER, PASSWORD = "databricks", "proof-7Qx!"


@dataclass(frozen=True)
class World:
    """One trial's. `name` is that of its workspace, which no other trial on the server has."""

    name: str
    folder: Path
    client: Client
    workspace: Workspace
    records: Records
    worker: WorkerProcess


@asynccontextmanager
async def world_of(
    trial: Trial, name: str, client: Client, empty_records: Path, folder: Path
) -> AsyncGenerator[World]:
    """Set up everything; the worker works, and the jobs have not run yet."""
    shutil.copy(empty_records, folder / "records.db")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/databricks-monitor/{name}"
    app = create_workspace(workspace_of(trial, url, USER, PASSWORD))
    workers: list[WorkerProcess] = []

    def kill_and_replace() -> None:
        workers[0].kill()
        workers[0].start()

    app.add_middleware(KillSwitch, kills=trial.kills, kill=kill_and_replace)
    async with serving(app) as address:
        settings = _settings(name, address, folder)
        records = open_records(settings.records_url, settings.snapshot_keys)
        temporal = client.service_client.config.target_host
        worker = WorkerProcess(settings, temporal, folder / "worker.log")
        workers.append(worker)
        worker.start()
        async with _api(settings, client, records, listener):
            try:
                yield World(name, folder, client, app.state.workspace, records, worker)
            finally:
                worker.kill()
        records.close()


def _settings(name: str, address: str, folder: Path) -> Settings:
    connection = WorkspaceConnection(host=address, token=SecretStr(DEFAULT_TOKEN))
    return Settings(
        demo=True,
        further_workspaces={name: connection},
        poll_interval=timedelta(milliseconds=100),
        retry_base_delay=timedelta(milliseconds=50),
        calls_per_second=1000,
        circuit_breaker_cool_down=timedelta(0),
        webhook_credentials=(BasicCredential(user=USER, password=SecretStr(PASSWORD)),),
        # nothing in the file of records may show what a job's settings hold
        snapshot_keys=(SecretStr(Fernet.generate_key().decode()),),
        data_dir=folder,
        # only what is told of counts
        sweep_every=timedelta(0),
    )


@asynccontextmanager
async def _api(
    settings: Settings, client: Client, records: Records, listener: socket.socket
) -> AsyncGenerator[None]:
    """Serve the webhook route; what it logs goes to a file."""
    server = Server(create_api(settings, client, records), "127.0.0.1", 0)
    with (settings.data_dir / "api.log").open("w") as log, redirect_stdout(log):
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await running
