"""Pause, bulkhead and storm before whole incidents, in one simulated workspace."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from bench.stage import Stage, staged
from lakemend.gate.talk import GATE_WORKFLOW, gate_workflow_id
from lakemend.gate.view import GateInput, GateStatus
from lakemend.incident import IncidentView, Outcome
from lakemend.incident import Stage as IncidentStage
from lakemend.letter import ENTITY_QUEUE
from lakemend.why import why
from tests.end_to_end.conftest import SCENARIO
from tests.workflows.holders import eventually

Handle = WorkflowHandle[Any, IncidentView]
BY_ANN = {"by": "ann", "reason": "the zone is down"}


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One world for the module: a storm is more than two incidents."""
    folder = tmp_path_factory.mktemp("stage")
    scenario = SCENARIO.read_text(encoding="utf-8")
    async with staged(scenario, folder) as stage, stage.working(storm_incidents=2):
        yield stage


@pytest.fixture
async def paused(stage: Stage) -> AsyncGenerator[WorkflowHandle[Any, Any]]:
    """The gate, paused for the length of a test."""
    handle = await pause(stage)
    yield handle
    await stage.client.get_workflow_handle(gate_workflow_id("default")).signal("resume", BY_ANN)


async def pause(stage: Stage) -> WorkflowHandle[Any, Any]:
    return await stage.client.start_workflow(
        GATE_WORKFLOW,
        GateInput(workspace="default"),
        id=gate_workflow_id("default"),
        task_queue=ENTITY_QUEUE,
        start_signal="pause",
        start_signal_args=[BY_ANN],
    )


async def reached(handle: Handle, stage: IncidentStage) -> IncidentView:
    async def look() -> IncidentView | None:
        view = await handle.query("view", result_type=IncidentView)
        return view if view.stage is stage else None

    return await eventually(look)


async def gate_of(stage: Stage) -> GateStatus:
    handle = stage.client.get_workflow_handle(gate_workflow_id("default"))
    return await handle.query("status", result_type=GateStatus)


SIGNALS = ("report_failure", "permit_answered", "lease_granted", "lease_refused")


async def test_a_paused_incident_says_so_and_recovers_when_it_is_resumed(
    stage: Stage, paused: WorkflowHandle[Any, Any]
) -> None:
    run = await stage.failed_run("spot")
    handle = await stage.report(run)
    waiting = await reached(handle, IncidentStage.PARKED)
    parked = waiting.parked
    repairs = stage.repairs_of(run)

    for signal in SIGNALS:
        for unreadable in ([], ["?"], [{"request_id": ""}], [1, 2]):
            await handle.signal(signal, args=unreadable)
    await paused.signal("resume", BY_ANN)
    view = await handle.result()

    assert parked is not None
    assert (parked.by, parked.reason) == ("gate:default", "paused by ann: the zone is down")
    assert why(waiting).breaker_answer == "granted: the breaker was closed"
    assert repairs == 0
    assert view.outcome is Outcome.RECOVERED
    assert view.parked is None


@pytest.mark.usefixtures("paused")
async def test_a_parked_incident_whose_run_a_person_repaired_leaves_the_queue(stage: Stage) -> None:
    run = await stage.failed_run("person_repairs")
    handle = await stage.report(run)
    await reached(handle, IncidentStage.PARKED)
    async with stage.standing_still():
        await asyncio.to_thread(stage.simulator.control.repair_as_person, run)
        await handle.signal("report_failure", await report_of_success(run))
        view = await handle.result()

    assert view.outcome is Outcome.SUPERSEDED
    assert (await gate_of(stage)).waiting == 0
    await asyncio.to_thread(stage.simulator.control.cancel_as_person, run)


async def report_of_success(run: int) -> dict[str, Any]:
    return {
        "source": "webhook",
        "run_id": str(run),
        "received_at": "2026-03-02T12:00:00Z",
        "event_type": "jobs.on_success",
    }


async def test_after_a_wait_the_run_is_read_again_before_anything_is_done(
    stage: Stage, paused: WorkflowHandle[Any, Any]
) -> None:
    run = await stage.failed_run("cancelled_under_repair")
    handle = await stage.report(run)
    await reached(handle, IncidentStage.PARKED)
    async with stage.standing_still():
        await asyncio.to_thread(stage.simulator.control.repair_as_person, run)
        await paused.signal("resume", BY_ANN)
        view = await handle.result()

    assert view.outcome is Outcome.SUPERSEDED
    assert view.steps == ()
    await asyncio.to_thread(stage.simulator.control.cancel_as_person, run)


async def test_a_recovery_under_way_finishes_its_step_and_begins_no_other(stage: Stage) -> None:
    control = stage.simulator.control
    run = await stage.failed_run("flaky_network")
    async with stage.standing_still():
        handle = await stage.report(run)
        await asyncio.to_thread(control.wait_until, lambda: stage.repairs_of(run) == 1)
        gate = await pause(stage)

    parked = await reached(handle, IncidentStage.PARKED)
    repairs_while_paused = stage.repairs_of(run)
    await gate.signal("resume", BY_ANN)
    view = await handle.result()

    assert [step.status for step in parked.steps] == ["failed"]
    assert repairs_while_paused == 1
    assert view.outcome is Outcome.RECOVERED
    assert stage.repairs_of(run) == 2


@pytest.mark.usefixtures("paused")
async def test_a_cancelled_incident_leaves_the_queue(stage: Stage) -> None:
    handle = await stage.report(await stage.failed_run("spot"))
    await reached(handle, IncidentStage.PARKED)

    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()

    assert (await gate_of(stage)).waiting == 0


async def test_a_storm_has_one_ticket_that_leads_to_its_incidents(stage: Stage) -> None:
    runs = [await stage.failed_run("too_few_workers") for _ in range(5)]
    handles = [await stage.report(run) for run in runs]

    views = [await handle.result() for handle in handles]

    assert [view.outcome for view in views] == [Outcome.RECOVERED] * 5
    (storm,) = [each for each in stage.records.list_storms() if each.cause == "disk_full"]
    listed = stage.records.incidents_of_storm(storm.storm_id)
    assert {view.incident_id for view in listed.page} == {view.incident_id for view in views}
    assert {view.storm for view in listed.page} == {storm.storm_id}
    assert listed.outcomes == {Outcome.RECOVERED: 5}
    assert storm.tally.arrived == 5
