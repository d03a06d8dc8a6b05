"""A run that has had all the signals it may have: what it refuses is sent again to the next."""

import asyncio
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.breakers import EntityActivities
from lakemend.permit import BreakerReport, PermitOutcome, PermitReport, breaker_workflow_id
from tests.workflows.holders import BINARIES
from workflows.options import LOCALLY

NAME = "DatabricksJobExecutionError:job-full"
MOST = 3


@workflow.defn(name="FullEntity", sandboxed=False)
class FullEntity:
    """Goes on as a new run once it has had a signal, and ends when it has had enough."""

    def __init__(self) -> None:
        self._reports: list[PermitReport] = []

    @workflow.run
    async def run(self, before: int) -> int:
        await workflow.wait_condition(lambda: bool(self._reports))
        had = before + len(self._reports)
        if had <= MOST:
            workflow.continue_as_new(had)
        return had

    @workflow.signal
    def report(self, report: PermitReport) -> None:
        self._reports.append(report)


@workflow.defn(name="Reporter", sandboxed=False)
class Reporter:
    """Reports as an incident does."""

    @workflow.run
    async def run(self, call: BreakerReport) -> None:
        await workflow.execute_local_activity_method(
            EntityActivities.report_permit, call, **LOCALLY
        )


def report(number: int) -> BreakerReport:
    said = PermitReport(request_id=f"r{number}", outcome=PermitOutcome.SUCCESS)
    return BreakerReport(name=NAME, report=said, job_id="full")


def worker(client: Client, entities: EntityActivities, workflows: type) -> Worker:
    return Worker(
        client,
        task_queue=workflows.__name__,
        workflows=[workflows],
        activities=[entities.report_permit],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


async def test_a_report_that_is_refused_reaches_the_next_run() -> None:
    # The SDK leaves the type of a search attribute's key open.
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(BINARIES / "temporal"),
        dev_server_extra_args=[
            "--dynamic-config-value",
            f"history.maximumSignalsPerExecution={MOST}",
        ],
    ) as env:
        client = env.client
        entities = EntityActivities(client, FullEntity.__name__, lambda _workspace, _job: None)
        full = await client.start_workflow(
            FullEntity.run, 0, id=breaker_workflow_id(NAME), task_queue=FullEntity.__name__
        )
        for number in range(MOST):
            await entities.report_permit(report(number))
        with pytest.raises(RPCError, match="limit for signal events"):
            await entities.report_permit(report(MOST))

        async with worker(client, entities, Reporter):
            reporting = await client.start_workflow(
                Reporter.run, report(MOST), id=str(uuid4()), task_queue=Reporter.__name__
            )
            await asyncio.sleep(0.5)  # it is refused meanwhile
            async with worker(client, entities, FullEntity):
                await reporting.result()
                assert await full.result() == MOST + 1
