"""Incidents that begin with a cluster, pipeline or warehouse, and no run told of itself."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.client import WorkflowHandle

from activities.workspace import Workspace
from activities.workspace.writes import start_update
from bench.stage import SOON, Stage, staged
from lakemend.incident import IncidentView, Outcome
from lakemend.setting_types import WorkspaceConnection

SCENARIO = Path(__file__).with_name("resources.yaml")


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One world for the module: each test lets another resource fail."""
    folder = tmp_path_factory.mktemp("stage")
    async with staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage, stage.working():
        yield stage


async def ended(handle: WorkflowHandle[Any, IncidentView]) -> IncidentView:
    return await asyncio.wait_for(handle.result(), SOON)


async def cluster(stage: Stage, name: str) -> str:
    return f"cluster-{await asyncio.to_thread(stage.simulator.control.cluster_id, name)}"


async def died_under(stage: Stage, name: str, *jobs: str) -> list[int]:
    """Let a cluster die under runs of these jobs."""
    control = stage.simulator.control
    async with stage.standing_still():
        runs = [await asyncio.to_thread(control.run_job, job) for job in jobs]
        lost = ("COMMUNICATION_LOST", "CLOUD_FAILURE")
        await asyncio.to_thread(control.terminate_cluster, name, *lost)
    for run in runs:
        await asyncio.to_thread(control.wait_for_run, run)
    await ended_cluster(stage, name)
    return runs


async def ended_cluster(stage: Stage, name: str) -> None:
    """Wait until a cluster has ended: an alert comes minutes later."""
    control, workspace = stage.simulator.control, workspace_of(stage)
    cluster_id = await asyncio.to_thread(control.cluster_id, name)

    def has_ended() -> bool:
        return workspace.get_cluster(cluster_id)["state"] == "TERMINATED"

    await asyncio.to_thread(control.wait_until, has_ended)


async def incident_of(stage: Stage, incident_id: str) -> IncidentView:
    return await ended(stage.client.get_workflow_handle(incident_id, result_type=IncidentView))


def workspace_of(stage: Stage) -> Workspace:
    simulator = stage.simulator
    connection = WorkspaceConnection(host=simulator.address, token=SecretStr(simulator.token))
    return Workspace(connection)


async def failed_update(stage: Stage, pipeline: str) -> str:
    """Have a person start an update, and wait until it has failed."""
    control, workspace = stage.simulator.control, workspace_of(stage)
    pipeline_id = await asyncio.to_thread(control.pipeline_id, pipeline)
    await asyncio.to_thread(workspace.write, start_update(pipeline_id, "a person starts it"))

    def has_failed() -> bool:
        return workspace.list_updates(pipeline_id)[0]["state"] == "FAILED"

    await asyncio.to_thread(control.wait_until, has_failed)
    return f"pipeline-{pipeline_id}"


async def test_one_restart_and_a_repair_for_each_run_of_which_only_the_cluster_was_told(
    stage: Stage,
) -> None:
    elsewhere = await stage.failed_run("elsewhere")
    runs = await died_under(stage, "shared", "shared_a", "shared_b", "shared_c")

    view = await ended(await stage.report_resource(await cluster(stage, "shared")))
    of_runs = [await incident_of(stage, each) for each in view.handed_over]

    assert view.outcome is Outcome.RECOVERED, view.message
    assert [check.check for check in view.health_checks] == ["cluster_running", "driver_answering"]
    assert {each.run_id for each in of_runs} == {str(run) for run in runs}
    assert [each.outcome for each in of_runs] == [Outcome.RECOVERED] * 3
    assert [stage.repairs_of(run) for run in runs] == [1, 1, 1]
    assert stage.repairs_of(elsewhere) == 0
    assert stage.simulator.control.invariants()["cluster_starts"]["shared"] == 1


async def test_an_alert_that_comes_twice_and_webhooks_besides_repair_once(stage: Stage) -> None:
    (run,) = await died_under(stage, "reported_twice", "on_reported_twice")
    resource = await cluster(stage, "reported_twice")

    handle = await stage.report_resource(resource, alert_id="alert-1")
    by_webhook = await stage.report(run)
    await stage.report_resource(resource, alert_id="alert-1")
    view = await ended(handle)
    await ended(by_webhook)
    again = [
        await ended(await stage.report_resource(resource, alert_id=name))
        for name in ("alert-1", "alert-2")
    ]
    late = await ended(await stage.report(run))

    assert view.outcome in {Outcome.RECOVERED, Outcome.SUPERSEDED}, view.message
    assert [each.outcome for each in (*again, late)] == [Outcome.DUPLICATE] * 3
    assert stage.repairs_of(run) == 1
    assert stage.simulator.control.invariants()["cluster_starts"]["reported_twice"] == 1


async def test_a_cluster_that_rests_is_left_alone(stage: Stage) -> None:
    control = stage.simulator.control
    await asyncio.to_thread(control.terminate_cluster, "idle", "INACTIVITY", "SUCCESS")
    await ended_cluster(stage, "idle")

    view = await ended(await stage.report_resource(await cluster(stage, "idle")))

    assert view.outcome is Outcome.OBSERVED
    assert "INACTIVITY" in view.message
    assert view.steps == ()
    assert control.invariants()["cluster_starts"]["idle"] == 0


async def test_a_cluster_that_cannot_start_is_left_to_a_person(stage: Stage) -> None:
    await died_under(stage, "hopeless")

    view = await ended(await stage.report_resource(await cluster(stage, "hopeless")))

    assert view.outcome is Outcome.ESCALATED
    assert "CLOUD_PROVIDER_LAUNCH_FAILURE" in view.message


async def test_a_dry_run_starts_nothing_and_takes_nothing_from_what_follows(stage: Stage) -> None:
    await died_under(stage, "rehearsed")

    view = await ended(await stage.report_resource(await cluster(stage, "rehearsed"), dry_run=True))

    assert view.outcome is Outcome.OBSERVED
    calls = [call.path for step in view.steps for call in step.calls]
    assert calls == ["/api/2.1/clusters/start"]
    assert stage.simulator.control.invariants()["cluster_starts"]["rehearsed"] == 0
    real = await ended(await stage.report_resource(await cluster(stage, "rehearsed")))
    assert real.outcome is Outcome.RECOVERED, real.message


async def test_a_pipeline_whose_update_failed_for_good_gets_one_more(stage: Stage) -> None:
    resource = await failed_update(stage, "orders")

    view = await ended(await stage.report_resource(resource))

    assert view.outcome is Outcome.RECOVERED, view.message
    assert [step.action for step in view.steps] == ["restart_pipeline_update"]
    assert stage.simulator.control.invariants()["forbidden_calls"] == []


async def test_an_update_that_a_run_had_started_is_left_to_the_run(stage: Stage) -> None:
    run = await stage.failed_run("updates_orders")
    pipeline_id = await asyncio.to_thread(stage.simulator.control.pipeline_id, "of_a_job")

    view = await ended(await stage.report_resource(f"pipeline-{pipeline_id}"))
    of_run = await incident_of(stage, view.handed_over[0])

    assert view.outcome is Outcome.OBSERVED, view.message
    assert of_run.outcome is Outcome.RECOVERED, of_run.message
    assert stage.repairs_of(run) == 1


async def test_a_sick_warehouse_is_restarted_and_a_healthy_one_left_alone(stage: Stage) -> None:
    control = stage.simulator.control
    sick, well = [
        f"warehouse-{await asyncio.to_thread(control.warehouse_id, name)}"
        for name in ("sick", "well")
    ]

    view, other = (
        await ended(await stage.report_resource(sick)),
        await ended(await stage.report_resource(well)),
    )

    assert view.outcome is Outcome.RECOVERED, view.message
    assert [step.action for step in view.steps] == ["restart_warehouse"]
    assert other.outcome is Outcome.OBSERVED
    assert other.steps == ()


async def test_a_resource_that_does_not_exist_is_left_to_a_person(stage: Stage) -> None:
    view = await ended(await stage.report_resource("cluster-0101-000000-nowhere"))

    assert view.outcome is Outcome.ESCALATED
    assert "could not be read" in view.message
