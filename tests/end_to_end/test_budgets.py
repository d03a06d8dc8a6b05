"""A job that has used up its budget is left to a person, at once and with the budget's name."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bench.stage import Stage, staged
from lakemend.incident import Outcome

SCENARIO = Path(__file__).with_name("workspace.yaml")


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("budgets")
    async with (
        staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage,
        stage.working(max_attempts_per_job_and_day=2, max_cost_factor_per_day=3.5),
    ):
        yield stage


async def test_attempts_end_with_the_budget(stage: Stage) -> None:
    first = await stage.recover("for_ever")
    second = await stage.recover("for_ever")

    assert first.outcome is Outcome.ESCALATED
    assert "max_attempts_per_job_and_day allows 2 within 24 hours; 2 are used" in first.message
    assert [step.status for step in first.steps] == ["failed", "failed", "skipped"]
    assert stage.repairs_of(first.run_id) == 2
    assert first.decisions[0].budget_left.startswith("2 of 2 attempts and 3.5 of 3.5 cost")
    # the next one is not even begun: no breaker is asked, nothing is changed for it
    assert second.outcome is Outcome.ESCALATED
    assert "max_attempts_per_job_and_day" in second.message
    assert (second.steps, second.breaker) == ((), "")
    assert second.decisions[0].budget_left.startswith("0 of 2 attempts")


async def test_a_rung_that_costs_too_much_is_not_begun_and_all_is_put_back(stage: Stage) -> None:
    view = await stage.recover("insatiable_driver")

    assert view.outcome is Outcome.ESCALATED
    assert "max_cost_factor_per_day allows 3.5" in view.message
    assert stage.simulator.control.invariants()["settings_changed"].get("insatiable_driver") is None
    assert [phase.cost_factor for phase in view.decisions[0].phases][:2] == [2, 3]
    assert stage.repairs_of(view.run_id) == 1
