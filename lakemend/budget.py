"""Budgets: how often a job may be tried within a day, and what that may cost.

An attempt is a run of the failed tasks that we start. It costs 1, times what the changes before it
cost: with twice the memory it costs 2. A change, a restart or a wait by itself costs nothing, but
is refused when no attempt could follow it.
"""

from datetime import datetime, timedelta

from lakemend.durations import format_duration
from lakemend.errors import BudgetExceededError
from lakemend.model import Model

WINDOW = timedelta(hours=24)
"""Budgets are counted over what lies this far back: no midnight gives them all back at once."""

MAX_ATTEMPTS = "max_attempts_per_job_and_day"
MAX_COST_FACTOR = "max_cost_factor_per_day"


class Budgets(Model):
    """What one job may use within the window."""

    max_attempts_per_job_and_day: int = 30
    max_cost_factor_per_day: float = 60


class Spent(Model):
    """What one job has used; `oldest` is the first attempt that will be forgotten."""

    attempts: int = 0
    cost_factor: float = 0
    oldest: datetime | None = None


class Attempt(Model):
    """One attempt of a step that is about to act; `token` is the same for each try of it."""

    token: str
    workspace: str
    subject: str
    incident_id: str
    action: str
    starts_run: bool
    cost_factor: float = 1


def subject_of(job_id: str, run_id: str, resource: str = "") -> str:
    """Return what the budgets are counted for: the job, else the run or resource by itself."""
    if job_id:
        return f"job-{job_id}"
    return f"run-{run_id}" if run_id else resource


def refuse_beyond(budgets: Budgets, spent: Spent, cost_factor: float = 1) -> None:
    """Raise BudgetExceededError where one more attempt of that cost would exceed a budget."""
    uses = (
        (MAX_ATTEMPTS, budgets.max_attempts_per_job_and_day, spent.attempts, 1),
        (MAX_COST_FACTOR, budgets.max_cost_factor_per_day, spent.cost_factor, cost_factor),
    )
    for budget, allowed, used, asked in uses:
        # sums of factors like 4/3 miss the whole number by a hair
        if round(used + asked, 6) > allowed:
            raise BudgetExceededError(budget, allowed, used, asked)


def what_is_left(budgets: Budgets, spent: Spent) -> str:
    """Say in words what is left, and when there will be more."""
    attempts = max(0, budgets.max_attempts_per_job_and_day - spent.attempts)
    cost = max(0.0, budgets.max_cost_factor_per_day - spent.cost_factor)
    left = (
        f"{attempts} of {budgets.max_attempts_per_job_and_day} attempts and "
        f"{cost:g} of {budgets.max_cost_factor_per_day:g} cost are left "
        f"within {format_duration(WINDOW)}"
    )
    again = f"; more from {spent.oldest + WINDOW:%Y-%m-%d %H:%M} UTC" if spent.oldest else ""
    return left + again
