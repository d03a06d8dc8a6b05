"""The whole of it on one machine: Temporal, a simulated workspace, records and a worker."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from api.arrivals import Arrivals
from api.connection import TemporalConnection
from cli.embedded import CONFIG_FLAGS, PRAGMAS
from lakemend.incident import (
    RESOURCE_FAILED,
    SEARCH_ATTRIBUTES,
    TASK_QUEUE,
    WORKFLOW,
    FailureReport,
    IncidentInput,
    IncidentView,
    Source,
)
from lakemend.permit import breaker_workflow_id
from lakemend.playbook import Playbooks
from lakemend.settings import Settings
from records import Records, migrate, open_records
from simulator.server import SimulatorProcess
from worker import run_worker

TEMPORAL = Path(sys.executable).with_name("temporal")
SOON = 240  # seconds; a loaded machine needs a multiple of the usual time

HEAD = """
time_factor: 100
delays: {cluster_start: 20s, cluster_restart: 20s, cluster_stop: 5s, cluster_resize: 10s}
node_types:
  - {node_type_id: small, memory_gb: 16, cores: 4}
  - {node_type_id: large, memory_gb: 32, cores: 8}
  - {node_type_id: huge, memory_gb: 64, cores: 16}
defaults: {}
"""


@dataclass
class Stage:
    """One test's world. `settings` are those of the worker in this process.

    `metrics_url` gives the Temporal server's own metrics, as Prometheus reads them.
    """

    simulator: SimulatorProcess
    client: Client
    records: Records
    settings: Settings
    metrics_url: str

    async def failed_run(self, job: str) -> int:
        """Run a job as its schedule would, and wait until the run has ended."""
        run_id = await asyncio.to_thread(self.simulator.control.run_job, job)
        await asyncio.to_thread(self.simulator.control.wait_for_run, run_id)
        return run_id

    @asynccontextmanager
    async def standing_still(self) -> AsyncGenerator[None]:
        """Stop the workspace's time: what is under way there does not end meanwhile."""
        control = self.simulator.control
        await asyncio.to_thread(control.set_pace, frozen=True)
        try:
            yield
        finally:
            await asyncio.to_thread(control.set_pace, frozen=False)

    async def report(
        self, run_id: int, *, dry_run: bool = False, **facts: Any
    ) -> WorkflowHandle[Any, IncidentView]:
        """Report a failure as the webhook route does."""
        report = FailureReport(
            source=Source.WEBHOOK, run_id=str(run_id), received_at=datetime.now(UTC), **facts
        )
        return await self._report(report, dry_run=dry_run)

    async def report_resource(
        self, resource: str, *, dry_run: bool = False, **facts: Any
    ) -> WorkflowHandle[Any, IncidentView]:
        """Report a cluster, pipeline or warehouse as the alert route does."""
        report = FailureReport(
            source=Source.ALERT,
            resource=resource,
            received_at=datetime.now(UTC),
            event_type=RESOURCE_FAILED,
            **facts,
        )
        return await self._report(report, dry_run=dry_run)

    async def _report(
        self, report: FailureReport, *, dry_run: bool
    ) -> WorkflowHandle[Any, IncidentView]:
        if dry_run:
            incident = IncidentInput(
                run_id=report.run_id, resource=report.resource, report=report, dry_run=True
            )
            await self.client.start_workflow(
                WORKFLOW, incident, id=report.incident_id, task_queue=TASK_QUEUE
            )
        else:
            await Arrivals(TemporalConnection(self.client)).report(report)
        return self.client.get_workflow_handle(report.incident_id, result_type=IncidentView)

    async def recover(self, job: str) -> IncidentView:
        """Let a job fail, report it, and return how the incident ended."""
        handle = await self.report(await self.failed_run(job))
        return await asyncio.wait_for(handle.result(), SOON)

    def repairs_of(self, run_id: int | str) -> int:
        """Count the repairs of a run that came through the API."""
        return self.simulator.control.invariants()["repairs_per_run"].get(str(run_id), 0)

    def breaker(self, name: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of a breaker."""
        return self.client.get_workflow_handle(breaker_workflow_id(name))

    @asynccontextmanager
    async def working(
        self, *, playbooks: Playbooks | None = None, **changes: Any
    ) -> AsyncGenerator[None]:
        """Run a worker in this process, by the shipped playbooks unless others are given."""
        shutdown = asyncio.Event()
        settings = self.settings.model_copy(update=changes)
        task = asyncio.create_task(
            run_worker(settings, self.client, self.records, shutdown=shutdown, playbooks=playbooks)
        )
        try:
            yield
        finally:
            shutdown.set()
            await task


class WorkerProcess:
    """`lakemend worker` as a process of its own, which can be killed."""

    def __init__(self, stage: Stage, **further: str) -> None:
        address = stage.client.service_client.config.target_host
        variables = {
            "TEMPORAL_ADDRESS": address,
            "DATABRICKS_HOST": stage.simulator.address,
            "DATABRICKS_TOKEN": stage.simulator.token,
            "LAKEMEND_DATA_DIR": str(stage.settings.data_dir),
            "LAKEMEND_POLL_INTERVAL": "100ms",
            "LAKEMEND_CALLS_PER_SECOND": "1000",
            "RETRY_BASE_DELAY_SECONDS": "0.1",
            "LAKEMEND_SWEEP_EVERY": "off",
        }
        command = [sys.executable, "-m", "cli", "worker"]
        # nothing of the caller's environment but what a program needs to run
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = subprocess.Popen(
            command,
            env=kept | variables | further,
            cwd=stage.settings.data_dir,
            stderr=subprocess.DEVNULL,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()
        self._process.wait(timeout=60)

    def stop(self) -> None:
        """End it politely."""
        self._process.terminate()
        self._process.wait(timeout=60)


@asynccontextmanager
async def staged(scenario: str, folder: Path, *, hold: bool = False) -> AsyncGenerator[Stage]:
    """Set a stage from the text of a scenario; its time runs a hundredfold.

    With `hold`, the scenario's schedule begins when the workspace is told to start.
    """
    url = f"sqlite:///{folder / 'records.db'}"
    migrate(url)
    records = open_records(url)
    # with its data in memory the server outgrows a large machine in a large storm
    database = str(folder / "temporal.db")
    metrics_port = _free_port()
    attributes = [SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES]
    # the SDK declares the keys' type as unknown
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        dev_server_existing_path=str(TEMPORAL),
        dev_server_startup_timeout=timedelta(seconds=60),
        dev_server_database_filename=database,
        search_attributes=attributes,
        data_converter=pydantic_data_converter,
        dev_server_extra_args=["--metrics-port", str(metrics_port), *PRAGMAS, *CONFIG_FLAGS],
    ) as temporal:
        with SimulatorProcess(HEAD + scenario, options=("--hold",) * hold) as simulator:
            yield Stage(
                simulator,
                temporal.client,
                records,
                settings_for(simulator, folder),
                f"http://127.0.0.1:{metrics_port}/metrics",
            )
    records.close()


def settings_for(simulator: SimulatorProcess, folder: Path) -> Settings:
    """Return settings that hurry, and let a job fail as often as a measurement needs."""
    return Settings(
        demo=True,
        databricks_host=simulator.address,
        databricks_token=SecretStr(simulator.token),
        poll_interval=timedelta(milliseconds=100),
        retry_base_delay=timedelta(milliseconds=100),
        calls_per_second=1000,
        circuit_breaker_failure_threshold=2,
        circuit_breaker_timeout=timedelta(minutes=10),
        circuit_breaker_cool_down=timedelta(0),
        max_attempts_per_job_and_day=100_000,
        max_cost_factor_per_day=100_000,
        data_dir=folder,
        # a failure is there only once it is reported
        sweep_every=timedelta(0),
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
