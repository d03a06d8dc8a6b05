"""Where runs are looked at more often, so is what an action waits for."""

import asyncio
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.errors import StillChangingError, told_to_temporal
from activities.pace import Pace

TEMPORAL = Path(sys.executable).with_name("temporal")


@activity.defn
def ready_at_the_third_look() -> int:
    number = activity.info().attempt
    with told_to_temporal():
        if number < 3:
            raise StillChangingError("the cluster is PENDING", timedelta(minutes=1))
    return number


@workflow.defn
class LookingWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            ready_at_the_third_look, start_to_close_timeout=timedelta(minutes=5)
        )


async def test_next_look_comes_sooner_than_the_action_asks_for() -> None:
    # the SDK declares the type of search attribute keys as unknown
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        dev_server_existing_path=str(TEMPORAL), dev_server_startup_timeout=timedelta(seconds=60)
    ) as environment:
        with ThreadPoolExecutor(2) as threads:
            async with Worker(
                environment.client,
                task_queue="looks",
                workflows=[LookingWorkflow],
                activities=[ready_at_the_third_look],
                activity_executor=threads,
                interceptors=[Pace(timedelta(milliseconds=100))],
                workflow_runner=UnsandboxedWorkflowRunner(),
            ):
                looks = await asyncio.wait_for(
                    environment.client.execute_workflow(
                        LookingWorkflow.run, id=str(uuid.uuid4()), task_queue="looks"
                    ),
                    timeout=100,
                )

    assert looks == 3
