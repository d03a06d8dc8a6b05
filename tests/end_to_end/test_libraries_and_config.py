"""Libraries, settings, warehouses and pipelines: recovered, by the fallback, or put back."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from activities.workspace import Workspace
from activities.workspace.writes import install_libraries
from bench.stage import Stage, staged
from lakemend.incident import KEEP_GOOD_SETTINGS, TASK_QUEUE, IncidentView, Outcome
from lakemend.setting_types import WorkspaceConnection
from lakemend.step import WatchedRun

SCENARIO = Path(__file__).with_name("libraries_and_config.yaml")


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One world for the module: each test lets another job fail."""
    folder = tmp_path_factory.mktemp("stage")
    async with staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage, stage.working():
        yield stage


def attempts(view: IncidentView) -> list[str]:
    skipped = {"skipped"}
    return [f"{each.action} {each.status}" for each in view.steps if each.status not in skipped]


def changed_settings(stage: Stage, job: str) -> object:
    return stage.simulator.control.invariants()["settings_changed"].get(job)


def workspace_of(stage: Stage) -> Workspace:
    simulator = stage.simulator
    connection = WorkspaceConnection(host=simulator.address, token=SecretStr(simulator.token))
    return Workspace(connection)


async def break_library(stage: Stage, cluster: str, package: str) -> None:
    """Have a person install a library that the index does not give."""
    workspace, control = workspace_of(stage), stage.simulator.control
    cluster_id = await asyncio.to_thread(control.cluster_id, cluster)
    library = {"pypi": {"package": package}}
    write = install_libraries(cluster_id, [library], "a person installs it")
    await asyncio.to_thread(workspace.write, write)


async def succeed_and_remember(stage: Stage, job: str) -> None:
    run_id = await stage.failed_run(job)
    kept = await stage.client.execute_workflow(
        KEEP_GOOD_SETTINGS,
        WatchedRun(workspace="default", run_id=str(run_id)),
        id=f"good-settings:{job}",
        task_queue=TASK_QUEUE,
        result_type=list[str],
    )
    assert kept != []


async def edit(stage: Stage, job: str, **task: Any) -> None:
    """Change the job's task as a person would."""
    control = stage.simulator.control
    job_id = await asyncio.to_thread(control.job_id, job)
    raw = await asyncio.to_thread(workspace_of(stage).get_job, str(job_id))
    tasks = [{**raw["settings"]["tasks"][0], **task}]
    await asyncio.to_thread(control.edit_as_person, job, {"tasks": tasks})


async def test_an_older_version_is_installed_where_the_newer_one_fails(stage: Stage) -> None:
    await break_library(stage, "analytics", "pandas==2.1.0")

    view = await stage.recover("on_analytics")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view) == ["install_library_version succeeded", "repair_run succeeded"]
    assert any("keeps the change" in note for note in view.notes), view.notes


async def test_where_no_version_installs_a_restart_helps(stage: Stage) -> None:
    await break_library(stage, "science", "scipy==1.11.4")

    view = await stage.recover("on_science")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.fallback_used
    assert attempts(view) == [
        "install_library_version failed",
        "restart_cluster succeeded",
        "repair_run succeeded",
    ]


async def test_a_job_cluster_gets_the_older_version_when_repairs_do_not_help(stage: Stage) -> None:
    view = await stage.recover("own_pandas")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.fallback_used
    assert attempts(view)[-2:] == ["install_library_version succeeded", "repair_run succeeded"]


async def test_where_no_version_helps_the_job_is_put_back(stage: Stage) -> None:
    view = await stage.recover("own_numpy")

    assert view.outcome is Outcome.ESCALATED
    assert "install_library_version succeeded" in attempts(view)
    assert changed_settings(stage, "own_numpy") is None


async def test_settings_that_changed_since_the_last_success_are_rolled_back(stage: Stage) -> None:
    await succeed_and_remember(stage, "edited")
    await edit(stage, "edited", timeout_seconds=601)

    view = await stage.recover("edited")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view) == ["rollback_config succeeded", "repair_run succeeded"]
    assert "changed since: tasks[load].timeout_seconds" in view.steps[0].message


async def test_a_rollback_that_does_not_help_is_taken_back(stage: Stage) -> None:
    await succeed_and_remember(stage, "edited_for_good")
    await edit(stage, "edited_for_good", timeout_seconds=601)
    run = await stage.failed_run("edited_for_good")
    stage.simulator.control.add_fault(
        "status",
        path="*/runs/repair",
        status=400,
        body={"error_code": "INVALID_PARAMETER_VALUE", "message": "not now"},
        times=1,
    )

    view = await (await stage.report(run)).result()

    assert view.outcome is Outcome.ESCALATED
    assert changed_settings(stage, "edited_for_good") is None


async def test_a_configuration_that_never_worked_is_for_a_person(stage: Stage) -> None:
    view = await stage.recover("never_worked")

    assert view.outcome is Outcome.ESCALATED
    assert view.steps == ()


async def test_an_unhealthy_warehouse_is_restarted(stage: Stage) -> None:
    view = await stage.recover("report")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view) == ["restart_warehouse succeeded", "repair_run succeeded"]


async def test_a_pipeline_is_updated_by_the_repaired_task(stage: Stage) -> None:
    view = await stage.recover("orders")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view) == ["repair_run succeeded"]


async def test_a_pipeline_that_keeps_failing_gets_an_update_by_itself(stage: Stage) -> None:
    view = await stage.recover("stubborn")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.fallback_used
    assert attempts(view)[-2:] == ["restart_pipeline_update succeeded", "repair_run succeeded"]


async def test_a_run_beyond_a_limit_is_repaired_when_there_is_room(stage: Stage) -> None:
    view = await stage.recover("crowded")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view) == ["clear_concurrency succeeded", "repair_run succeeded"]
    assert changed_settings(stage, "crowded") is None


async def test_where_repairs_find_no_room_a_run_that_queues_does(stage: Stage) -> None:
    view = await stage.recover("crowded_for_long")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert attempts(view)[-2:] == ["clear_concurrency succeeded", "rerun_job succeeded"]
    assert changed_settings(stage, "crowded_for_long") is None


async def test_nothing_forbidden_was_called(stage: Stage) -> None:
    found = stage.simulator.control.invariants()

    assert found["forbidden_calls"] == []
    assert found["overlapping_runs"] == []
