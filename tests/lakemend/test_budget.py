from datetime import UTC, datetime

import pytest

from lakemend.budget import Budgets, Spent, refuse_beyond, subject_of, what_is_left
from lakemend.errors import BudgetExceededError

BUDGETS = Budgets(max_attempts_per_job_and_day=3, max_cost_factor_per_day=6)


def test_the_last_attempt_of_a_budget_may_be_used() -> None:
    refuse_beyond(BUDGETS, Spent(attempts=2, cost_factor=2), cost_factor=4)


@pytest.mark.parametrize(
    ("spent", "cost_factor", "budget"),
    [
        (Spent(attempts=3, cost_factor=3), 1, "max_attempts_per_job_and_day"),
        (Spent(attempts=1, cost_factor=4), 3, "max_cost_factor_per_day"),
    ],
)
def test_one_more_is_refused_with_the_name_of_the_budget(
    spent: Spent, cost_factor: float, budget: str
) -> None:
    with pytest.raises(BudgetExceededError, match=budget) as refused:
        refuse_beyond(BUDGETS, spent, cost_factor)

    assert refused.value.budget == budget
    assert refused.value.used in {spent.attempts, spent.cost_factor}


def test_thirds_that_make_a_whole_are_no_hair_too_much() -> None:
    thirds = sum([4 / 3] * 3)

    refuse_beyond(BUDGETS, Spent(attempts=2, cost_factor=thirds), cost_factor=2.0000000001)


def test_what_is_left_says_when_there_will_be_more() -> None:
    oldest = datetime(2026, 5, 4, 12, tzinfo=UTC)

    words = what_is_left(BUDGETS, Spent(attempts=5, cost_factor=4.5, oldest=oldest))

    assert words == (
        "0 of 3 attempts and 1.5 of 6 cost are left within 1d; more from 2026-05-05 12:00 UTC"
    )


@pytest.mark.parametrize(
    ("ids", "subject"),
    [
        (("12", "34", "cluster-a"), "job-12"),
        (("", "34", "cluster-a"), "run-34"),
        (("", "", "cluster-a"), "cluster-a"),
    ],
)
def test_budgets_are_the_jobs_or_else_the_runs_own(ids: tuple[str, str, str], subject: str) -> None:
    assert subject_of(*ids) == subject
