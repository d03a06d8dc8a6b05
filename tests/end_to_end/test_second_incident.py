"""Two runs of a job fail for one reason: what helped the first, and stays, is not done twice."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bench.stage import SOON, Stage, staged
from lakemend.incident import Outcome

SCENARIO = """
jobs:
  hungry:
    settings:
      max_concurrent_runs: 2
      job_clusters:
        - job_cluster_key: main
          new_cluster: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
      tasks: [{task_key: load, job_cluster_key: main, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 20s, needs: {driver_memory_gb: 30}}}
"""
PLAYBOOK = """
error_type: DatabricksOutOfMemoryError
description: The change stays
causes: [driver_oom]
steps:
  - {action: change_node_type, with: {which: driver, memory_factor: 2}}
  - {action: repair_run}
keep_change: true
breaker: null
"""


@pytest.fixture
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("second")
    (folder / "memory.yaml").write_text(PLAYBOOK, encoding="utf-8")
    async with staged(SCENARIO, folder) as stage, stage.working(playbooks_dir=folder):
        yield stage


async def test_the_second_incident_finds_the_change_of_the_first(stage: Stage) -> None:
    runs = [await stage.failed_run("hungry") for _ in range(2)]
    handles = [await stage.report(run_id) for run_id in runs]
    views = [await asyncio.wait_for(handle.result(), SOON) for handle in handles]

    assert [view.outcome for view in views] == [Outcome.RECOVERED] * 2
    assert [stage.repairs_of(run_id) for run_id in runs] == [1, 1]
    changes = [view.steps[0] for view in views]
    assert sorted(len(step.calls) for step in changes) == [0, 1]
    found = next(step for step in changes if not step.calls)
    assert "was changed for another incident since: driver_node_type_id" in found.message
    calls = stage.simulator.control.invariants()["changing_calls"]
    assert sum(call["path"].endswith("/jobs/update") for call in calls) == 1
