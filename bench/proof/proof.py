"""Runs trials one after the other on one Temporal server."""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from bench.proof.account import Account, take_account
from bench.proof.claims import broken_claims
from bench.proof.trial import Trial
from bench.proof.world import World, world_of
from lakemend.incident import SEARCH_ATTRIBUTES, incident_id
from records import migrate

PATIENCE = 300
"""Seconds until an incident counts as one that never ends: a kill costs up to twenty."""
ROUNDS = 2
"""How often in a row all must be quiet: what just ended may have begun something else."""
TEMPORAL = Path(sys.executable).with_name("temporal")


class Proof:
    """`with` it, then `check` trials; not for use within an event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="proof-")
        self._number = 0
        self._temporal: WorkflowEnvironment

    def __enter__(self) -> Self:
        self._empty_records = Path(self._folder.name) / "empty.db"
        migrate(f"sqlite:///{self._empty_records}")
        self._temporal = self._runner.run(_temporal())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.run(self._temporal.shutdown())
        self._runner.close()
        self._folder.cleanup()

    def check(self, trial: Trial) -> list[str]:
        """Run a trial, and name what does not hold afterwards."""
        self._number += 1
        return broken_claims(self._runner.run(self._play(trial, f"trial{self._number}")))

    async def _play(self, trial: Trial, name: str) -> Account:
        folder = Path(self._folder.name) / name
        folder.mkdir()
        jobs = {f"job{number}": failing for number, failing in enumerate(trial.jobs)}
        client = self._temporal.client
        async with world_of(trial, name, client, self._empty_records, folder) as world:
            operators = [
                asyncio.create_task(_cancel(world, job, failing.cancel_after))
                for job, failing in jobs.items()
                if failing.cancel_after is not None
            ]
            for job in jobs:
                world.workspace.actors.run_now(job)
            settled = await _settled(world)
            for operator in operators:
                operator.cancel()
            account = await take_account(world, jobs)
            await _end_all(world)
        return account if settled else replace(account, restless=_restless(world))


async def _temporal() -> WorkflowEnvironment:
    attributes = [SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES]
    # the SDK declares the keys' type as unknown
    return await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        dev_server_existing_path=str(TEMPORAL),
        dev_server_startup_timeout=timedelta(seconds=60),
        search_attributes=attributes,
        data_converter=pydantic_data_converter,
    )


async def _settled(world: World) -> bool:
    """Wait until nothing more happens by itself; False when patience is over first."""
    deadline, quiet = time.monotonic() + PATIENCE, 0
    while quiet < ROUNDS and time.monotonic() < deadline:
        await asyncio.sleep(0.25)
        quiet = quiet + 1 if await _is_quiet(world) else 0
    return quiet >= ROUNDS


def _restless(world: World) -> str:
    state = world.workspace.world.state
    waits = [each.body for each in state.deliveries.values() if not each.answers]
    return f"next timer {world.workspace.world.clock.next_due}, untold {waits}"


async def _is_quiet(world: World) -> bool:
    if not world.workspace.quiet or not _all_told(world):
        return False
    runs = list(world.workspace.world.state.runs)
    statuses = await asyncio.gather(*(_status(world, run) for run in runs))
    return WorkflowExecutionStatus.RUNNING not in statuses


def _all_told(world: World) -> bool:
    """Whether every message was answered."""
    return all(each.answers for each in world.workspace.world.state.deliveries.values())


async def _status(world: World, run: int) -> WorkflowExecutionStatus | None:
    handle = world.client.get_workflow_handle(incident_id(world.name, str(run)))
    try:
        return (await handle.describe()).status
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _cancel(world: World, job: str, after: float) -> None:
    """Cancel the incident of a job's first failure, so long after it began."""
    job_id = world.workspace.jobs.find(job).job_id
    while True:
        runs = [
            run.run_id for run in world.workspace.world.state.runs.values() if run.job_id == job_id
        ]
        for run in runs:
            if await _status(world, run) is WorkflowExecutionStatus.RUNNING:
                await asyncio.sleep(after)
                await world.client.get_workflow_handle(incident_id(world.name, str(run))).cancel()
                return
        await asyncio.sleep(0.1)


async def _end_all(world: World) -> None:
    """Leave nothing for the worker of the next trial."""
    async for each in world.client.list_workflows('ExecutionStatus = "Running"'):
        try:
            await world.client.get_workflow_handle(each.id, run_id=each.run_id).terminate()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
