"""Waiting until the parts that were started can do their work."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.problems import CommandError
from lakemend.incident import TASK_QUEUE

READY_WITHIN_SECONDS = 90  # two Python processes start at once, on a loaded machine
_POLL_SECONDS = 0.2
_CALL_TIMEOUT = timedelta(seconds=5)


async def wait_until_serving(url: str) -> None:
    """Return once the address answers 200; raises CommandError after READY_WITHIN_SECONDS."""

    async def serves() -> bool:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            return await _answers(client, url)

    await _wait(serves, f"{url} does not answer")


async def wait_until_working(address: str) -> None:
    """Return once a worker takes tasks from this Temporal; raises CommandError as above."""
    client = await Client.connect(address)

    async def works() -> bool:
        try:
            return await count_workers(client) > 0
        except RPCError:
            # a server on a busy machine may answer too late
            return False

    await _wait(works, f"no worker takes from task queue {TASK_QUEUE}")


async def count_workers(client: Client) -> int:
    """Return how many workers asked for workflow tasks within the last minutes."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=_CALL_TIMEOUT)
    return len(found.pollers)


async def _wait(reached: Callable[[], Awaitable[bool]], problem: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not await reached():
        if time.monotonic() > deadline:
            raise CommandError(problem, "`lakemend doctor` looks at every part.")
        await asyncio.sleep(_POLL_SECONDS)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return False
    return answer.status_code == HTTPStatus.OK
