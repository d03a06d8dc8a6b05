"""What helped is begun with the next time, and from the third time on recommended for good."""

from collections.abc import AsyncGenerator

import pytest

from bench.stage import Stage, staged
from lakemend.incident import IncidentView, Outcome

SCENARIO = """
jobs:
  hungry: &hungry
    settings: &job
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            spark_version: 15.4.x-scala2.12
            node_type_id: small
            num_workers: 2
            spark_env_vars: {API_TOKEN: tulips}
      tasks: [{task_key: load, job_cluster_key: main, notebook_task: {notebook_path: /load}}]
    tasks: {load: {duration: 20s, needs: {driver_memory_gb: 50}}}
  looked_at: *hungry
"""


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("memory")
    async with staged(SCENARIO, folder) as stage, stage.working():
        yield stage


def attempts(view: IncidentView) -> list[str]:
    taken = [step for step in view.steps if step.status != "skipped"]
    return [f"{step.phase}: {step.action} {step.status}" for step in taken]


AT_ONCE = ["rung 4: change_node_type succeeded", "rung 4: repair_run succeeded"]


async def test_the_next_plan_begins_with_what_helped(stage: Stage) -> None:
    first = await stage.recover("hungry")
    second = await stage.recover("hungry")
    third = await stage.recover("hungry")

    assert attempts(first) == [
        "steps: change_node_type succeeded",
        "steps: repair_run failed",
        *AT_ONCE,
    ]
    assert first.decisions[-1].memory == ""
    assert attempts(second) == attempts(third) == AT_ONCE
    assert second.decisions[0].memory.startswith(
        "Begins with rung 4, which helped the last time against driver_oom in this job"
    )
    assert (first.recommendation, second.recommendation) == ((), ())
    why, change = third.recommendation
    assert why.startswith("rung 4 has helped 3 times in a row against driver_oom.")
    field = "job_clusters[main].new_cluster.driver_node_type_id"
    assert change.startswith(f"job-{third.job_id}: {field}: nothing -> ")
    kept = stage.records.get_incident(third.incident_id)
    assert kept is not None
    assert kept.recommendation == third.recommendation
    assert "tulips" not in kept.model_dump_json()
    assert stage.simulator.control.invariants()["settings_changed"].get("hungry") is None


async def test_a_dry_run_teaches_nothing(stage: Stage) -> None:
    handle = await stage.report(await stage.failed_run("looked_at"), dry_run=True)
    view = await handle.result()

    assert view.outcome is Outcome.OBSERVED
    assert stage.records.lessons("default", view.job_id) == []
