"""Incidents of every kind, from the report to the settled end, in one simulated workspace."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle

from bench.stage import SOON, Stage
from lakemend.incident import IncidentView, Outcome, incident_id


def attempts(view: IncidentView) -> list[str]:
    return [f"{step.action} {step.status}" for step in view.steps]


def changed_settings(stage: Stage, job: str) -> object:
    return stage.simulator.control.invariants()["settings_changed"].get(job)


async def waiting(handle: WorkflowHandle[Any, IncidentView]) -> IncidentView:
    for _ in range(SOON * 10):
        view = await handle.query("view", result_type=IncidentView)
        if view.steps and view.steps[-1].action == "wait":
            return view
        await asyncio.sleep(0.1)
    raise AssertionError("it never came to wait")


async def repaired(stage: Stage, run: int) -> WorkflowHandle[Any, IncidentView]:
    """Report a failure, and return when the run is under repair."""
    handle = await stage.report(run)
    await asyncio.to_thread(stage.simulator.control.wait_until, lambda: stage.repairs_of(run) == 1)
    return handle


def was_read(stage: Stage, run: int) -> bool:
    calls = stage.simulator.control.requests()
    return any(each["path"].endswith("/runs/get") and str(run) in each["query"] for each in calls)


async def test_a_network_error_is_cured_by_the_second_repair(stage: Stage) -> None:
    view = await stage.recover("flaky_network")

    assert view.outcome is Outcome.RECOVERED
    assert attempts(view) == ["repair_run failed", "repair_run succeeded"]
    assert stage.repairs_of(view.run_id) == 2


async def test_more_driver_memory_cures_and_the_settings_go_back(stage: Stage) -> None:
    view = await stage.recover("hungry_driver")

    assert view.outcome is Outcome.RECOVERED
    assert attempts(view) == [
        "change_node_type succeeded",
        "repair_run succeeded",
    ]
    assert changed_settings(stage, "hungry_driver") is None


async def test_a_loop_gets_the_memory_that_its_iterations_lack(stage: Stage) -> None:
    view = await stage.recover("hungry_loop")

    assert view.outcome is Outcome.RECOVERED
    assert attempts(view) == ["change_node_type succeeded", "repair_run succeeded"]
    assert changed_settings(stage, "hungry_loop") is None


async def test_what_no_machine_can_cure_escalates_with_everything_put_back(stage: Stage) -> None:
    view = await stage.recover("insatiable_driver")

    assert view.outcome is Outcome.ESCALATED
    assert view.fallback_used
    assert changed_settings(stage, "insatiable_driver") is None


async def test_a_disk_that_was_full_is_met_with_more_workers_for_one_run(stage: Stage) -> None:
    view = await stage.recover("too_few_workers")

    assert view.outcome is Outcome.RECOVERED
    assert attempts(view) == ["scale_cluster succeeded", "repair_run succeeded"]
    assert changed_settings(stage, "too_few_workers") is None


@pytest.mark.parametrize("job", ["no_permission", "bug"])
async def test_what_only_a_person_can_remedy_is_not_touched(stage: Stage, job: str) -> None:
    view = await stage.recover(job)

    assert view.outcome is Outcome.ESCALATED
    assert view.steps == ()
    assert view.breaker == ""
    assert stage.repairs_of(view.run_id) == 0


async def test_a_repair_that_uncovers_a_bug_is_not_repeated(stage: Stage) -> None:
    view = await stage.recover("bug_after_network")

    assert view.outcome is Outcome.ESCALATED
    assert stage.repairs_of(view.run_id) == 1
    assert view.diagnosis is not None
    assert view.diagnosis.cause == "user_code"


async def test_a_repair_that_uncovers_another_cause_leads_to_the_plan_for_that(
    stage: Stage,
) -> None:
    view = await stage.recover("memory_after_network")

    assert view.outcome is Outcome.RECOVERED
    assert view.playbook == "DatabricksOutOfMemoryError"
    assert stage.repairs_of(view.run_id) == 2
    assert changed_settings(stage, "memory_after_network") is None


async def test_what_repairs_do_not_help_is_handed_over_with_a_recommendation(stage: Stage) -> None:
    view = await stage.recover("writers_in_conflict")

    assert view.outcome is Outcome.ESCALATED
    assert attempts(view) == ["repair_run failed"] * 4 + ["escalate skipped"]
    assert "Let the two run one after the other" in view.message


async def test_executors_lost_to_spot_are_cured_by_a_repair(stage: Stage) -> None:
    view = await stage.recover("spot")

    assert view.outcome is Outcome.RECOVERED
    assert stage.repairs_of(view.run_id) == 1


async def test_one_restart_and_two_repairs_for_two_runs_that_died_with_a_cluster(
    stage: Stage,
) -> None:
    control = stage.simulator.control
    async with stage.standing_still():
        runs = [control.run_job(job) for job in ("shared_a", "shared_b")]
        control.terminate_cluster("shared", code="COMMUNICATION_LOST", type="CLOUD_FAILURE")
    for run in runs:
        await asyncio.to_thread(control.wait_for_run, run)

    handles = [await stage.report(run) for run in runs]
    views = [await handle.result() for handle in handles]

    assert [view.outcome for view in views] == [Outcome.RECOVERED] * 2
    assert [stage.repairs_of(view.run_id) for view in views] == [1, 1]
    assert control.invariants()["cluster_starts"] == {"shared": 1}


async def test_an_incident_is_found_by_whose_it_is_and_how_it_ended(stage: Stage) -> None:
    view = await stage.recover("found_again")

    described = await stage.client.get_workflow_handle(view.incident_id).describe()
    tags = {
        "LakemendWorkspace": ["default"],
        "LakemendJobId": [view.job_id],
        "LakemendErrorType": ["DatabricksNetworkError"],
        "LakemendOutcome": ["recovered"],
    }
    assert tags.items() <= described.search_attributes.items()


async def test_ten_reports_of_one_failure_lead_to_one_repair(stage: Stage) -> None:
    run = await stage.failed_run("reported_often")

    handles = [await stage.report(run) for _ in range(10)]
    view = await handles[0].result()
    late = await (await stage.report(run)).result()

    assert view.outcome is Outcome.RECOVERED
    assert stage.repairs_of(view.run_id) == 1
    assert late.outcome is Outcome.DUPLICATE
    kept = stage.records.get_incident(incident_id("default", str(run)))
    assert kept is not None
    assert kept.outcome is Outcome.RECOVERED


async def test_a_run_that_a_person_repaired_is_theirs(stage: Stage) -> None:
    run = await stage.failed_run("person_repairs")
    async with stage.standing_still():
        await asyncio.to_thread(stage.simulator.control.repair_as_person, run)
        view = await (await stage.report(run)).result()

    assert view.outcome is Outcome.SUPERSEDED
    assert stage.repairs_of(view.run_id) == 0
    await asyncio.to_thread(stage.simulator.control.cancel_as_person, run)


async def test_a_run_that_a_person_cancels_under_repair_is_left_alone(stage: Stage) -> None:
    run = await stage.failed_run("cancelled_under_repair")
    async with stage.standing_still():
        handle = await repaired(stage, run)
        await asyncio.to_thread(stage.simulator.control.cancel_as_person, run)

    view = await handle.result()

    assert view.outcome is Outcome.SUPERSEDED
    assert stage.repairs_of(run) == 1


async def test_a_run_that_the_platform_retries_is_left_alone(stage: Stage) -> None:
    control = stage.simulator.control
    async with stage.standing_still():
        run = control.run_job("retried_by_platform")
        control.advance(60)  # it has failed once, and rests for a minute
        handle = await stage.report(run, task_key="load")
        await asyncio.to_thread(control.wait_until, lambda: was_read(stage, run))

    view = await handle.result()

    assert view.outcome is Outcome.SUPERSEDED
    assert stage.repairs_of(run) == 0


async def test_somebody_elses_edit_is_never_overwritten(stage: Stage) -> None:
    control = stage.simulator.control
    run = await stage.failed_run("hungry_but_edited")
    async with stage.standing_still():
        handle = await repaired(stage, run)
        edit = {"timeout_seconds": 777}
        await asyncio.to_thread(control.edit_as_person, "hungry_but_edited", edit)

    view = await handle.result()

    assert view.outcome is Outcome.RECOVERED
    assert any("somebody else" in note for note in view.notes), view.notes


async def test_a_cancelled_incident_still_puts_settings_back(stage: Stage) -> None:
    run = await stage.failed_run("hungry_and_cancelled")
    async with stage.standing_still():
        handle = await repaired(stage, run)
        await handle.cancel()

    with pytest.raises(WorkflowFailureError):
        await handle.result()

    view = stage.records.get_incident(handle.id)
    assert view is not None
    assert view.outcome is Outcome.ESCALATED
    assert "Cancelled" in view.message
    assert changed_settings(stage, "hungry_and_cancelled") is None


async def test_while_it_waits_for_machines_the_settings_are_as_they_were(stage: Stage) -> None:
    handle = await stage.report(await stage.failed_run("no_machines"))

    view = await waiting(handle)

    assert changed_settings(stage, "no_machines") is None
    assert stage.repairs_of(view.run_id) == 0
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), SOON)


async def test_an_open_breaker_rejects_until_it_is_reset(stage: Stage) -> None:
    outcomes = [(await stage.recover("for_ever")).outcome for _ in range(2)]
    rejected = await stage.recover("for_ever")
    await stage.breaker(rejected.breaker).signal("reset", {"by": "a person", "reason": "fixed"})
    let_through = await stage.recover("for_ever")

    assert outcomes == [Outcome.ESCALATED] * 2
    assert rejected.steps == ()
    assert "is open" in rejected.message
    assert let_through.steps != ()


async def test_a_dry_run_shows_the_calls_and_makes_none(stage: Stage) -> None:
    run = await stage.failed_run("hungry_driver")

    view = await (await stage.report(run, dry_run=True)).result()

    assert view.outcome is Outcome.OBSERVED
    first = [step for step in view.steps if step.phase == "steps"]
    paths = [call.path for step in first for call in step.calls]
    assert paths == ["/api/2.2/jobs/update", "/api/2.2/jobs/runs/repair"]
    later = {step.phase for step in view.steps if step.calls} - {"steps"}
    assert "fallback" in later
    assert stage.repairs_of(run) == 0


async def test_a_report_about_a_run_that_does_not_exist_escalates(stage: Stage) -> None:
    view = await (await stage.report(12345)).result()

    assert view.outcome is Outcome.ESCALATED
    assert "could not be read" in view.message


async def test_nothing_forbidden_was_called_and_no_run_overlapped(stage: Stage) -> None:
    found = stage.simulator.control.invariants()

    assert found["forbidden_calls"] == []
    assert found["overlapping_runs"] == []
