"""Activities as a real worker runs them: retries by the server, memory by heartbeats."""

import asyncio
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.actions.table import action_activities
from activities.runs import RunActivities
from lakemend.step import RunEnd, StepInput, StepResult, WatchedRun

SERVER = str(Path(sys.executable).with_name("temporal-test-server"))
SCENARIO = """
name: worker
delays: {cluster_restart: 2m}
clusters:
  shared:
    spec: {node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}
    state: RUNNING
jobs:
  flaky:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {duration: 2m, fails: {kind: network, count: run, times: 1}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


@workflow.defn(sandboxed=False)
class OneStep:
    """Makes one step, and waits for the run that it started."""

    @workflow.run
    async def run(self, step: StepInput) -> tuple[StepResult, RunEnd | None]:
        within = timedelta(hours=1)
        result = await workflow.execute_activity(
            step.action, step, result_type=StepResult, start_to_close_timeout=within
        )
        if not result.watch_run_id:
            return result, None
        watched = WatchedRun(
            workspace=step.workspace, run_id=result.watch_run_id, repair_id=result.repair_id
        )
        end = await workflow.execute_activity_method(
            RunActivities.wait_for_run, watched, start_to_close_timeout=within
        )
        return result, end


@pytest.fixture
async def client(lab: Any) -> AsyncIterator[Client]:
    """A Temporal server that skips time, with a worker for our activities."""
    lab.control.set_pace(frozen=False)  # the worker tries again in a time of its own
    starting = WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=SERVER, data_converter=pydantic_data_converter
    )
    runs = RunActivities(lab.workspaces, timedelta(milliseconds=400))
    async with await starting as environment:
        with ThreadPoolExecutor(4) as threads:
            async with Worker(
                environment.client,
                task_queue="step",
                workflows=[OneStep],
                activities=[
                    *action_activities(lab.workspaces, lab.records),
                    runs.wait_for_run,
                ],
                activity_executor=threads,
            ):
                yield environment.client


async def carry_out(client: Client, step: StepInput) -> tuple[StepResult, RunEnd | None]:
    return await client.execute_workflow(OneStep.run, step, id=step.token, task_queue="step")


async def test_call_of_the_first_try_is_told_by_the_try_that_finds_it_done(
    lab: Any, client: Client
) -> None:
    step = lab.cluster_step("restart_cluster", "shared", failed_at=lab.now)

    result, _ = await carry_out(client, step)

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/restart"]
    assert lab.cluster("shared")["state"] == "RUNNING"


async def test_repair_with_a_lost_answer_is_made_once_and_waited_for(
    lab: Any, client: Client
) -> None:
    run_id = await asyncio.to_thread(lab.fail, "flaky")
    lab.control.add_fault("drop_after", path="*/runs/repair")
    lab.control.add_fault("status", path="*/runs/get", nth=2, times=1, status=500)

    _, end = await carry_out(client, lab.step("repair_run", run_id=run_id))

    assert end is not None
    assert end.task_results == {"load": "SUCCESS"}
    assert lab.control.run(int(run_id))["repairs"] == 1
