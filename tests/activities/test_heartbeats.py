"""A long call keeps its worker alive in the server's eyes."""

import asyncio
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.heartbeats import Heartbeats

TEMPORAL = Path(sys.executable).with_name("temporal")
TIMEOUT = timedelta(seconds=5)  # a busy machine may leave the worker waiting for a moment


@activity.defn
def longer_than_its_heartbeat_timeout() -> int:
    time.sleep(1.5 * TIMEOUT.total_seconds())
    return activity.info().attempt


@activity.defn
def remembers_what_it_said() -> list[str]:
    info = activity.info()
    if info.attempt == 1:
        activity.heartbeat("sent")
        time.sleep(1.5 * TIMEOUT.total_seconds())
        raise ApplicationError("the answer got lost")
    return [str(each) for each in info.heartbeat_details]


@workflow.defn
class OneActivityWorkflow:
    @workflow.run
    async def run(self, name: str) -> Any:
        return await workflow.execute_activity(
            name, start_to_close_timeout=timedelta(minutes=1), heartbeat_timeout=TIMEOUT
        )


async def carry_out(client: Client, activity_of: Callable[..., object]) -> Any:
    return await client.execute_workflow(
        OneActivityWorkflow.run, activity_of.__name__, id=str(uuid.uuid4()), task_queue="beats"
    )


async def test_activities_beat_by_themselves() -> None:
    # the SDK declares the type of search attribute keys as unknown
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        dev_server_existing_path=str(TEMPORAL), dev_server_startup_timeout=timedelta(seconds=60)
    ) as environment:
        with ThreadPoolExecutor(4) as threads:
            async with Worker(
                environment.client,
                task_queue="beats",
                workflows=[OneActivityWorkflow],
                activities=[longer_than_its_heartbeat_timeout, remembers_what_it_said],
                activity_executor=threads,
                interceptors=[Heartbeats()],
                workflow_runner=UnsandboxedWorkflowRunner(),
            ):
                attempt, said = await asyncio.gather(
                    carry_out(environment.client, longer_than_its_heartbeat_timeout),
                    carry_out(environment.client, remembers_what_it_said),
                )

    assert attempt == 1
    assert said == ["sent"]
