"""Holders, records and a worker for the tests of breakers, gates and leases."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.breakers import EntityActivities
from activities.gates import GateActivities
from lakemend.audit import AuditEntry
from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.view import BreakerStatus
from lakemend.gate.storm import StormTicket
from lakemend.incident import BREAKER_STATE_ATTRIBUTE
from lakemend.lease import LeaseGrant, LeaseRefusal
from lakemend.permit import (
    BreakerCall,
    BreakerReport,
    Decision,
    PermitAnswer,
    PermitOutcome,
    PermitReport,
    PermitRequest,
    breaker_workflow_id,
)
from lakemend.recording import AuditInput
from workflows.breaker import BreakerWorkflow
from workflows.gate import GateWorkflow
from workflows.lease import LeaseWorkflow
from workflows.mailbox import Mailbox
from workflows.sandbox import sandbox

BINARIES = Path(sys.executable).parent
KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
AT_ONCE = BreakerSettings(cool_down=timedelta(0))
Handle = WorkflowHandle[Any, Any]
T = TypeVar("T")
PATIENCE_SECONDS = 120  # a loaded machine needs a multiple of the usual time


@workflow.defn(name="HolderStub", sandboxed=False)
class Holder:
    """Asks nothing by itself; keeps what it is answered."""

    def __init__(self) -> None:
        self._answers: list[PermitAnswer] = []
        self._grants: list[LeaseGrant] = []
        self._refusals: list[LeaseRefusal] = []
        self._left = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._left)

    @workflow.signal
    def permit_answered(self, answer: PermitAnswer) -> None:
        self._answers.append(answer)

    @workflow.signal
    def lease_granted(self, grant: LeaseGrant) -> None:
        self._grants.append(grant)

    @workflow.signal
    def lease_refused(self, refusal: LeaseRefusal) -> None:
        self._refusals.append(refusal)

    @workflow.signal
    def leave(self) -> None:
        self._left = True

    @workflow.query
    def answers(self) -> list[PermitAnswer]:
        return self._answers

    @workflow.query
    def refusals(self) -> list[LeaseRefusal]:
        return self._refusals

    @workflow.query
    def grants(self) -> list[LeaseGrant]:
        return self._grants


class LeaseTaker:
    """The base of stubs that take leases as an incident does."""

    def __init__(self) -> None:
        self._mailbox = Mailbox()

    @workflow.signal
    def lease_granted(self, grant: LeaseGrant) -> None:
        self._mailbox.take_lease(grant)

    @workflow.signal
    def lease_refused(self, refusal: LeaseRefusal) -> None:
        self._mailbox.take_lease(refusal)


class Records:
    """The audit trail of a test; while `away`, nothing can be written."""

    def __init__(self) -> None:
        self.entries: dict[str, AuditEntry] = {}
        self.storms: dict[str, StormTicket] = {}
        self.away = False

    @activity.defn
    async def record_audit(self, written: AuditInput) -> None:
        if self.away:
            raise ApplicationError("the records are away", non_retryable=True)
        self.entries |= {entry.entry_id: entry for entry in written.entries}
        self.storms |= {ticket.storm_id: ticket for ticket in written.storms}

    def kinds(self, name: str) -> list[str]:
        subject = breaker_workflow_id(name)
        return [entry.kind for entry in self.entries.values() if entry.subject == subject]


class Bench:
    """One worker, and what a test says to its breakers."""

    def __init__(self, env: WorkflowEnvironment, task_queue: str, records: Records) -> None:
        self.env = env
        self.client: Client = env.client
        self.task_queue = task_queue
        self.records = records
        self.recovered: dict[tuple[str, str], datetime] = {}
        self.activities = EntityActivities(env.client, task_queue, self._last_recovery)
        self.gates = GateActivities(env.client, task_queue, self.activities)

    def _last_recovery(self, workspace: str, job_id: str) -> datetime | None:
        return self.recovered.get((workspace, job_id))

    async def holder(self) -> Handle:
        return await self.client.start_workflow(
            Holder.run, id=f"holder-{uuid4()}", task_queue=self.task_queue
        )

    async def ask(
        self, name: str, holder: Handle, settings: BreakerSettings | None = None
    ) -> PermitAnswer:
        """Ask with a new request, and wait for the first answer to it."""
        request = PermitRequest(
            request_id=str(uuid4()), holder=holder.id, settings=settings or AT_ONCE
        )
        await self.activities.request_permit(BreakerCall(name=name, request=request))
        return await self.answer_to(holder, request.request_id)

    async def answer_to(
        self, holder: Handle, request_id: str, *decisions: Decision
    ) -> PermitAnswer:
        wanted = decisions or tuple(Decision)

        async def look() -> PermitAnswer | None:
            answers = await holder.query(Holder.answers)
            fitting = [a for a in answers if a.request_id == request_id and a.decision in wanted]
            return fitting[0] if fitting else None

        return await eventually(look)

    async def report(self, answer: PermitAnswer, outcome: PermitOutcome) -> None:
        report = PermitReport(request_id=answer.request_id, outcome=outcome)
        await self.activities.report_permit(BreakerReport(name=answer.breaker, report=report))

    async def fail(self, name: str, holder: Handle, times: int) -> None:
        for _ in range(times):
            await self.report(await self.ask(name, holder), PermitOutcome.FAILURE)

    async def succeed(self, name: str, holder: Handle, times: int) -> None:
        for _ in range(times):
            await self.report(await self.ask(name, holder), PermitOutcome.SUCCESS)

    def breaker(self, name: str) -> Handle:
        return self.client.get_workflow_handle(breaker_workflow_id(name))

    async def status(self, name: str) -> BreakerStatus:
        return await answer_of(self.breaker(name), "status", BreakerStatus)

    async def state(self, name: str, wanted: str) -> BreakerStatus:
        """Wait until the breaker is in the wanted state."""

        async def look() -> BreakerStatus | None:
            status = await self.status(name)
            return status if status.state == wanted else None

        return await eventually(look)


async def eventually(look: Callable[[], Awaitable[T | None]]) -> T:
    """Look until something is found; a query that a busy worker answers too late is asked again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            found = await look()
        except RPCError as error:
            if error.status is not RPCStatusCode.DEADLINE_EXCEEDED:
                raise
            found = None
        if found is not None:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"it did not come about within {PATIENCE_SECONDS} s")


async def answer_of(handle: Handle, query: str, result_type: type[T]) -> T:
    """Ask a workflow, which may be busy."""

    async def look() -> T:
        return await handle.query(query, result_type=result_type)

    return await eventually(look)


@asynccontextmanager
async def running_bench(
    env: WorkflowEnvironment, task_queue: str = "entities"
) -> AsyncGenerator[Bench]:
    """Run a worker for breakers, gates, leases and their holders."""
    records = Records()
    async with Worker(
        env.client,
        task_queue=task_queue,
        workflows=[BreakerWorkflow, GateWorkflow, LeaseWorkflow, Holder],
        activities=[records.record_audit],
        workflow_runner=sandbox(),
    ):
        yield Bench(env, task_queue, records)


@asynccontextmanager
async def time_skipping() -> AsyncGenerator[WorkflowEnvironment]:
    """Start a time-skipping server that knows our search attribute."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BINARIES / "temporal-test-server"),
        data_converter=pydantic_data_converter,
    ) as env:
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={
                    BREAKER_STATE_ATTRIBUTE: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
                },
            )
        )
        yield env
