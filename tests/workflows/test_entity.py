"""What breakers, gates and leases owe to their common base."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from lakemend.breaker.settings import BreakerSettings
from lakemend.letter import Letter
from lakemend.permit import BreakerCall, ManualChange, PermitOutcome, PermitReport, PermitRequest
from tests.workflows.holders import Bench, Handle, Holder, eventually, running_bench
from workflows.entity import LARGEST_INPUT, MESSAGES_AT_ONCE, Entity

BACKLOG = 2000


@workflow.defn(name="Adder", sandboxed=False)
class Adder(Entity[int]):
    """An entity that divides by what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self._sum = 0.0

    @workflow.run
    async def run(self) -> None:
        await self.live()

    @workflow.signal
    def add(self, *arguments: Any) -> None:
        self.post(int, arguments)

    @workflow.query
    def total(self) -> float:
        return self._sum

    def take(self, message: int) -> None:
        self._sum += 1 / message

    def ring(self) -> None: ...

    def due(self) -> datetime | None:
        return None

    def lost(self, letter: Letter) -> None: ...

    def is_forgettable(self) -> bool:
        return False

    def show(self) -> None: ...

    def shorten(self, excess: int) -> None: ...

    def successor(self) -> Any:
        return None


@asynccontextmanager
async def adder(bench: Bench) -> AsyncGenerator[Handle]:
    """Run one adder with a worker of its own."""
    queue = f"adders-{uuid4()}"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(bench.client, task_queue=queue, workflows=[Adder], workflow_runner=runner):
        yield await bench.client.start_workflow(Adder.run, id=queue, task_queue=queue)


async def test_a_message_that_cannot_be_taken_is_refused(bench: Bench) -> None:
    async with adder(bench) as handle:
        for message in (2, 0, 4):
            await handle.signal("add", message)

        async def added() -> float | None:
            return await handle.query("total", result_type=float) or None

        async def all_added() -> bool | None:
            return await added() == 0.75 or None

        assert await eventually(all_added)


async def test_nobody_in_a_backlog_is_left_without_an_answer(
    bench: Bench, name: str, holder: Handle
) -> None:
    late = Bench(bench.env, f"late-{uuid4()}", bench.records)
    requests = [PermitRequest(request_id=f"r{n}", holder=holder.id) for n in range(BACKLOG)]
    await late.activities.request_permit(BreakerCall(name=name, request=requests[0]))
    await late.breaker(name).signal("force_open", ManualChange(by="kim"))
    for portion in (requests[n : n + 100] for n in range(1, BACKLOG, 100)):
        signals = (late.breaker(name).signal("request_permit", each) for each in portion)
        await asyncio.gather(*signals)

    async with running_bench(bench.env, late.task_queue):

        async def all_answered() -> bool | None:
            answers = await holder.query(Holder.answers)
            return len({each.request_id for each in answers}) == BACKLOG or None

        assert await eventually(all_answered)
        runs = [given async for given in inputs(bench, late.breaker(name))]

    assert len(runs) > 1
    assert max(len(given) for given in runs) <= LARGEST_INPUT


async def test_what_a_holder_said_before_it_went_counts_in_a_backlog(
    bench: Bench, name: str
) -> None:
    late = Bench(bench.env, f"late-{uuid4()}", bench.records)
    once = BreakerSettings(failure_threshold=1)
    asked = PermitRequest(request_id="r1", holder="a workflow that has ended", settings=once)
    failed = PermitReport(request_id="r1", outcome=PermitOutcome.FAILURE)
    nobodys = PermitReport(request_id="nobody's", outcome=PermitOutcome.IGNORED)
    await late.activities.request_permit(BreakerCall(name=name, request=asked))
    # two portions, so that the holder is missed before its report has its turn
    for _ in range(0, 2 * MESSAGES_AT_ONCE, 100):
        signals = (late.breaker(name).signal("report", nobodys) for _ in range(100))
        await asyncio.gather(*signals)
    await late.breaker(name).signal("report", failed)

    async with running_bench(bench.env, late.task_queue) as working:

        async def audited() -> list[str] | None:
            return working.records.kinds(name) or None

        assert await eventually(audited) == ["breaker.opened"]


async def inputs(bench: Bench, handle: Handle) -> AsyncIterator[bytes]:
    """Return what each run of a workflow was started with, the newest first."""
    run_id: str | None = (await handle.describe()).run_id
    while run_id:
        run = bench.client.get_workflow_handle(handle.id, run_id=run_id)
        history = await run.fetch_history()
        first = history.events[0]
        assert first.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
        started = first.workflow_execution_started_event_attributes
        yield started.input.payloads[0].data
        run_id = started.continued_execution_run_id or None
