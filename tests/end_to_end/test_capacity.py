"""Ladders: what fails for want of something climbs one rung at a time, and puts each rung back."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from bench.stage import SOON, Stage, staged
from lakemend.incident import IncidentView, Outcome, StepStatus

SCENARIO = Path(__file__).with_name("capacity.yaml")


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One world for the module: each test lets another job fail."""
    folder = tmp_path_factory.mktemp("stage")
    async with staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage, stage.working():
        yield stage


def helped(view: IncidentView) -> list[str]:
    """The actions of the phase that ended it, those that were skipped left out."""
    last = view.steps[-1].phase
    done = [step for step in view.steps if step.status is StepStatus.SUCCEEDED]
    return [step.action for step in done if step.phase == last]


def refused(view: IncidentView) -> list[str]:
    failed = (step for step in view.steps if step.status is StepStatus.FAILED)
    return [step.action for step in failed if step.action != "repair_run"]


def changed_settings(stage: Stage, job: str) -> object:
    return stage.simulator.control.invariants()["settings_changed"].get(job)


async def waiting(handle: WorkflowHandle[Any, IncidentView]) -> IncidentView:
    for _ in range(SOON * 10):
        view = await handle.query("view", result_type=IncidentView)
        if view.steps and view.steps[-1].action == "wait":
            return view
        await asyncio.sleep(0.1)
    raise AssertionError("it never came to wait")


async def test_a_zone_without_machines_is_left_for_another(stage: Stage) -> None:
    view = await stage.recover("zone_without_machines")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.playbook == "DatabricksCloudCapacity"
    assert helped(view) == ["change_zone", "repair_run"]
    assert changed_settings(stage, "zone_without_machines") is None


async def test_a_type_without_machines_falls_back_on_others_of_its_size(stage: Stage) -> None:
    view = await stage.recover("type_without_machines")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert helped(view) == ["change_node_type", "repair_run"]
    assert stage.repairs_of(view.run_id) == 1
    assert changed_settings(stage, "type_without_machines") is None


async def test_where_the_zone_is_open_already_on_demand_machines_help(stage: Stage) -> None:
    view = await stage.recover("no_spot_machines")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert refused(view) == ["change_zone"]
    assert helped(view) == ["switch_to_on_demand", "repair_run"]
    assert changed_settings(stage, "no_spot_machines") is None


async def test_without_any_machines_it_waits_with_the_settings_as_they_were(stage: Stage) -> None:
    handle = await stage.report(await stage.failed_run("no_machines_at_all"))

    view = await waiting(handle)

    assert changed_settings(stage, "no_machines_at_all") is None
    assert stage.repairs_of(view.run_id) == 0
    assert refused(view) == [
        "change_node_type",
        "change_zone",
        "switch_to_on_demand",
        "change_node_type",
    ]
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), SOON)


async def test_machines_that_are_taken_back_again_are_bought_on_demand(stage: Stage) -> None:
    view = await stage.recover("taken_back")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.playbook == "DatabricksSpotPreemption"
    assert helped(view) == ["switch_to_on_demand", "repair_run"]
    assert stage.repairs_of(view.run_id) == 2
    assert changed_settings(stage, "taken_back") is None


async def test_executors_climb_to_the_rung_with_memory_enough(stage: Stage) -> None:
    view = await stage.recover("hungry_executors")

    phases = {step.phase for step in view.steps if step.status is not StepStatus.SKIPPED}
    assert view.outcome is Outcome.RECOVERED, view.message
    assert phases == {"steps", "rung 1", "rung 2"}
    assert helped(view) == ["change_node_type", "repair_run"]
    assert changed_settings(stage, "hungry_executors") is None


async def test_what_the_highest_rung_cannot_cure_escalates_with_everything_put_back(
    stage: Stage,
) -> None:
    view = await stage.recover("insatiable_executors")

    assert view.outcome is Outcome.ESCALATED
    assert view.fallback_used
    assert changed_settings(stage, "insatiable_executors") is None


async def test_a_cluster_that_cannot_start_is_stood_in_for(stage: Stage) -> None:
    view = await stage.recover("on_a_broken_cluster")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert view.playbook == "DatabricksClusterStartFailure"
    assert refused(view) == ["start_cluster"]
    assert helped(view) == ["recreate_cluster", "repair_run"]
    assert changed_settings(stage, "on_a_broken_cluster") is None


async def test_a_run_with_too_little_time_gets_twice_as_much(stage: Stage) -> None:
    view = await stage.recover("too_little_time")

    assert view.outcome is Outcome.RECOVERED, view.message
    assert helped(view) == ["increase_timeout", "repair_run"]
    assert changed_settings(stage, "too_little_time") is None


async def test_nothing_forbidden_was_called_and_no_run_overlapped(stage: Stage) -> None:
    found = stage.simulator.control.invariants()

    assert found["forbidden_calls"] == []
    assert found["overlapping_runs"] == []
