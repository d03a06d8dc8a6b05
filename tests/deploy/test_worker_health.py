"""The worker's health check, run as the container engine runs it."""

import asyncio
import os
import sys
from pathlib import Path

from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

CHECK = Path(__file__).parents[2] / "deploy" / "worker_health.py"


@workflow.defn
class Idle:
    @workflow.run
    async def run(self) -> None:
        return


async def check(temporal: WorkflowEnvironment) -> tuple[int | None, str]:
    address = temporal.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CHECK),
        env=os.environ | {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "default"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await process.communicate()
    return process.returncode, complaint.decode()


async def test_host_is_healthy_only_once_its_worker_polls(temporal: WorkflowEnvironment) -> None:
    code, complaint = await check(temporal)
    assert code == 1
    assert "no worker on" in complaint

    async with Worker(temporal.client, task_queue="lakemend", workflows=[Idle]):
        for _ in range(20):
            code, complaint = await check(temporal)
            if code == 0:
                break
    assert code == 0, complaint
