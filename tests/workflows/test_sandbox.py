"""The sandbox that our workers run workflows in, and how they convert payloads."""

import asyncio
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError

from tests.workflows.holders import BINARIES
from workflows.converter import SharedPayloadConverter, sharing_converter
from workflows.sandbox import sandbox


@workflow.defn
class AsksTheClock:
    """Would not replay."""

    @workflow.run
    async def run(self) -> float:
        return time.time()


@workflow.defn
class IsHeldUp:
    """Its thread stands still for three seconds, as if Python collected its garbage there."""

    def __init__(self) -> None:
        self._may_end = False

    @workflow.run
    async def run(self, _for_once: str) -> str:
        waiting = asyncio.create_task(asyncio.sleep(3600))
        await workflow.wait_condition(lambda: self._may_end)
        waiting.cancel()
        return "ended"

    @workflow.signal
    def end(self, for_once: str) -> None:
        garbage = Garbage()
        _held = weakref.ref(garbage, lambda _: stand_still(for_once))
        del garbage
        self._may_end = True


class Garbage:
    """Nobody needs it."""


def stand_still(for_once: str) -> None:
    with workflow.unsafe.sandbox_unrestricted():
        file = Path(for_once)
        if file.exists():
            file.unlink()
            time.sleep(3)


async def _run(client: Client) -> None:
    async with Worker(
        client,
        task_queue="clock",
        workflows=[AsksTheClock],
        workflow_runner=sandbox(),
        workflow_failure_exception_types=[RestrictedWorkflowAccessError],
    ):
        await client.execute_workflow(AsksTheClock.run, id=str(uuid4()), task_queue="clock")


async def test_a_workflow_that_asks_the_clock_is_refused() -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"),
        data_converter=pydantic_data_converter,
    ) as env:
        with pytest.raises(WorkflowFailureError) as failed:
            await _run(sharing_converter(env.client))

    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == RestrictedWorkflowAccessError.__name__


async def test_a_workflow_that_was_held_up_goes_on(tmp_path: Path) -> None:
    """What the SDK takes for a deadlock, and interrupts, may be a busy machine."""
    for_once = tmp_path / "for once"
    for_once.touch()
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"),
        data_converter=pydantic_data_converter,
    ) as env:
        client = sharing_converter(env.client)
        queue = str(uuid4())
        async with Worker(
            client, task_queue=queue, workflows=[IsHeldUp], workflow_runner=sandbox()
        ):
            handle = await client.start_workflow(
                IsHeldUp.run, str(for_once), id=queue, task_queue=queue
            )
            await handle.signal(IsHeldUp.end, str(for_once))

            assert await asyncio.wait_for(handle.result(), 60) == "ended"
    assert not for_once.exists()


def test_payloads_are_those_of_the_converter_for_pydantic() -> None:
    values = [datetime(2026, 3, 1, tzinfo=UTC), None, b"bytes", {"a": [1, 2.5]}]

    payloads = SharedPayloadConverter().to_payloads(values)

    assert payloads == PydanticPayloadConverter().to_payloads(values)
    kinds: list[type] = [datetime, type(None), bytes, dict]
    assert SharedPayloadConverter().from_payloads(payloads, kinds) == values
