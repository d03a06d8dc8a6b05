"""Incidents that need several resources: in one order, and never two that wait for each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.breakers import EntityActivities
from tests.workflows.holders import BINARIES, LeaseTaker
from workflows.lease import LeaseWorkflow
from workflows.leases import Leases

QUEUE = "leases"


@workflow.defn(name="PhasesStub", sandboxed=False)
class Phases(LeaseTaker):
    """Goes through phases, each with the resources that it needs, as a recovery does."""

    @workflow.run
    async def run(self, phases: list[list[str]]) -> list[str]:
        leases = Leases("default", self._mailbox)
        done: list[str] = []
        for needed in phases:
            await leases.reserve(needed)
            for resource in needed:
                await leases.acquire(resource)
                await workflow.sleep(timedelta(milliseconds=300))
                done.append(resource)
        await leases.release_all()
        return done


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
        dev_server_existing_path=str(BINARIES / "temporal"),
        dev_server_startup_timeout=timedelta(seconds=60),
        data_converter=pydantic_data_converter,
    ) as env:
        entities = EntityActivities(env.client, QUEUE, lambda _workspace, _job: None)
        async with Worker(
            env.client,
            task_queue=QUEUE,
            workflows=[LeaseWorkflow, Phases],
            activities=[entities.request_lease, entities.release_lease],
        ):
            yield env


async def test_two_that_need_the_same_two_in_opposite_order_both_end(
    env: WorkflowEnvironment,
) -> None:
    one, other = f"cluster-{uuid4()}", f"job-{uuid4()}"
    plans = [[[one, other]], [[other, one]], [[one], [other]], [[other], [one]]]

    done = await asyncio.wait_for(
        asyncio.gather(
            *(
                env.client.execute_workflow(Phases.run, plan, id=str(uuid4()), task_queue=QUEUE)
                for plan in plans
            )
        ),
        timeout=60,
    )

    assert [sorted(each) for each in done] == [sorted([one, other])] * 4
