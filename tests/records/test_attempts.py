from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lakemend.budget import Attempt, Budgets, Spent
from lakemend.errors import BudgetExceededError
from records import Records, attempts, open_records
from records.engine import open_engine

THREE = Budgets(max_attempts_per_job_and_day=3, max_cost_factor_per_day=10)


def attempt(token: str, **changes: Any) -> Attempt:
    fields: dict[str, Any] = {
        "token": token,
        "workspace": "default",
        "subject": "job-7",
        "incident_id": "incident:default:run-1",
        "action": "repair_run",
        "starts_run": True,
    }
    return Attempt.model_validate(fields | changes)


def used(records: Records, subject: str = "job-7") -> tuple[int, float]:
    spent = records.spent_by("default", subject)
    return spent.attempts, spent.cost_factor


def test_each_attempt_counts_once_whatever_its_tries(records: Records) -> None:
    for token in ("run/1", "run/1", "run/2", "run/1"):
        records.reserve_attempt(attempt(token, cost_factor=1.5), THREE)

    assert used(records) == (2, 3.0)
    assert used(records, "job-8") == (0, 0)


def test_one_too_many_is_refused_and_not_counted(records: Records) -> None:
    for number in range(3):
        records.reserve_attempt(attempt(f"run/{number}"), THREE)

    with pytest.raises(BudgetExceededError) as refused:
        records.reserve_attempt(attempt("run/3"), THREE)

    assert (refused.value.allowed, refused.value.used) == (3, 3)
    assert used(records) == (3, 3)
    # a further try of an attempt that was let through is let through again
    records.reserve_attempt(attempt("run/2"), THREE)


def test_what_an_attempt_costs_is_counted_too(records: Records) -> None:
    records.reserve_attempt(attempt("run/1", cost_factor=8), THREE)

    with pytest.raises(BudgetExceededError, match="max_cost_factor_per_day"):
        records.reserve_attempt(attempt("run/2", cost_factor=2.5), THREE)


def test_a_change_by_itself_is_not_counted_but_must_leave_an_attempt(records: Records) -> None:
    change = {"action": "scale_cluster", "starts_run": False, "cost_factor": 2}
    records.reserve_attempt(attempt("run/1", **change), THREE)
    assert used(records) == (0, 0)

    for number in range(2, 5):
        records.reserve_attempt(attempt(f"run/{number}"), THREE)

    with pytest.raises(BudgetExceededError, match="max_attempts_per_job_and_day"):
        records.reserve_attempt(attempt("run/5", **change), THREE)


def test_two_incidents_never_take_the_last_attempt_both(url: str) -> None:
    def take(number: int) -> bool:
        records = open_records(url)
        try:
            records.reserve_attempt(attempt(f"run-{number}/1"), THREE)
        except BudgetExceededError:
            return False
        finally:
            records.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(12)))

    assert sum(taken) == 3


@pytest.fixture
def spend(url: str) -> Callable[[Attempt, datetime], Spent]:
    """Makes an attempt at a time and returns what is used then."""

    def at(made: Attempt, now: datetime) -> Spent:
        engine = open_engine(url)
        with engine.begin() as connection:
            attempts.reserve(connection, made, THREE, now)
            spent = attempts.spent_by(connection, "default", "job-7", now)
        engine.dispose()
        return spent

    return at


def test_an_attempt_is_forgotten_after_a_day_and_not_at_midnight(
    spend: Callable[[Attempt, datetime], Spent],
) -> None:
    late = datetime(2026, 5, 4, 23, 59, tzinfo=UTC)

    first = spend(attempt("run/1"), late)
    second = spend(attempt("run/2"), late + timedelta(hours=23))
    third = spend(attempt("run/3"), late + timedelta(hours=24))

    assert (first.attempts, second.attempts, third.attempts) == (1, 2, 2)
    assert second.oldest == late
