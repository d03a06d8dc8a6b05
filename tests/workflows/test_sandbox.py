"""The sandbox that our workers run workflows in, and how they convert payloads."""

import time
from datetime import UTC, datetime
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


def test_payloads_are_those_of_the_converter_for_pydantic() -> None:
    values = [datetime(2026, 3, 1, tzinfo=UTC), None, b"bytes", {"a": [1, 2.5]}]

    payloads = SharedPayloadConverter().to_payloads(values)

    assert payloads == PydanticPayloadConverter().to_payloads(values)
    kinds: list[type] = [datetime, type(None), bytes, dict]
    assert SharedPayloadConverter().from_payloads(payloads, kinds) == values
