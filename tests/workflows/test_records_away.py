"""Incidents that cannot write to the records, on a real server with few slots."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.records import RecordActivities
from lakemend.incident import IncidentView
from records import migrate, open_records
from tests.workflows.holders import BINARIES, PATIENCE_SECONDS
from workflows.story import Story

QUEUE = "writers"
SLOTS = 2
FLOOD = 3 * SLOTS


@workflow.defn(name="WriterStub", sandboxed=False)
class Writer:
    """Writes its ticket, as every incident does before it asks for leave."""

    def __init__(self) -> None:
        view = IncidentView(
            incident_id=workflow.info().workflow_id, workspace="w", started_at=workflow.now()
        )
        self._story = Story(view)

    @workflow.run
    async def run(self) -> None:
        await self._story.publish()

    @workflow.query
    def view(self) -> IncidentView:
        return self._story.view


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.db'}"


@pytest.fixture
async def server(url: str) -> AsyncIterator[WorkflowEnvironment]:
    """A worker whose records have no tables yet, which is as good as away."""
    records = open_records(url)
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
        dev_server_existing_path=str(BINARIES / "temporal"),
        data_converter=pydantic_data_converter,
    ) as env:
        with ThreadPoolExecutor(SLOTS) as threads:
            async with Worker(
                env.client,
                task_queue=QUEUE,
                workflows=[Writer],
                activities=[RecordActivities(records).record],
                activity_executor=threads,
                max_concurrent_workflow_tasks=SLOTS,
            ):
                yield env
    records.close()


async def test_incidents_that_cannot_write_let_others_be_asked(
    server: WorkflowEnvironment, url: str
) -> None:
    flood = [
        await server.client.start_workflow(Writer.run, id=f"writer-{uuid4()}", task_queue=QUEUE)
        for _ in range(FLOOD)
    ]
    await asyncio.sleep(3)  # time for the first tries, which follow each other at once

    views = await asyncio.gather(
        *(each.query(Writer.view, rpc_timeout=timedelta(seconds=30)) for each in flood)
    )

    assert [view.incident_id for view in views] == [each.id for each in flood]
    migrate(url)
    await asyncio.wait_for(asyncio.gather(*(each.result() for each in flood)), PATIENCE_SECONDS)
