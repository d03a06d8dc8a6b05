"""Tells the container engine whether the worker on this host still asks Temporal for work.

A worker that hangs, or has lost Temporal, has a living process but polls no more. The connection
comes from the same TEMPORAL_… variables as the worker's own.
"""
# ruff: noqa: INP001 - the image copies this one file, it is no package

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig

QUEUE = "lakemend"
# a poll lasts a minute at most before the worker renews it; half as much again is slack
FRESH = timedelta(seconds=90)


async def pollers() -> list[PollerInfo]:
    """Ask Temporal who polls the queue for workflow tasks."""
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return list((await client.workflow_service.describe_task_queue(request)).pollers)


def polls_from(host: str, found: list[PollerInfo], now: datetime) -> bool:
    """Whether a poller's identity, `PROCESS@HOST`, names this host and it polled lately."""
    return any(
        poller.identity.endswith(f"@{host}")
        and now - poller.last_access_time.ToDatetime(UTC) < FRESH
        for poller in found
    )


if __name__ == "__main__":
    host = socket.gethostname()
    is_healthy = polls_from(host, asyncio.run(pollers()), datetime.now(UTC))
    if not is_healthy:
        sys.stderr.write(f"no worker on {host} has polled the queue {QUEUE} in the last {FRESH}\n")
        sys.stderr.flush()
    # while the interpreter winds down a thread of the client may crash it, which would be an answer
    # (https://github.com/temporalio/sdk-python/issues/300)
    os._exit(0 if is_healthy else 1)
