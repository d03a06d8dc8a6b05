"""How far a plan may go: the smaller of what the playbook and the settings allow."""

from lakemend.budget import Budgets, Spent, refuse_beyond, what_is_left
from lakemend.errors import BudgetExceededError
from lakemend.playbook import Playbook
from lakemend.policy import Consent, Ruling
from lakemend.settings import Settings
from lakemend.step import Caps


def caps_of(playbook: Playbook, settings: Settings) -> Caps:
    """Return the caps of each step, and the budgets of the job."""
    limits = playbook.limits
    workers = settings.max_cluster_workers
    attempts = settings.max_attempts_per_job_and_day
    cost = settings.max_cost_factor_per_day
    return Caps(
        max_workers=min(limits.max_workers or workers, workers),
        max_cost_factor=limits.max_cost_factor,
        budgets=Budgets(
            max_attempts_per_job_and_day=min(
                limits.max_attempts_per_job_and_day or attempts, attempts
            ),
            max_cost_factor_per_day=min(limits.max_cost_factor_per_day or cost, cost),
        ),
    )


def within_budgets(ruling: Ruling, budgets: Budgets, spent: Spent) -> Ruling:
    """Leave to a person what may not be tried again today, before anything is changed for it."""
    if ruling.consent is not Consent.ACT:
        return ruling
    try:
        refuse_beyond(budgets, spent)
    except BudgetExceededError as error:
        left = what_is_left(budgets, spent)
        return Ruling(consent=Consent.ESCALATE, reason=f"Not tried again: {error}. {left}.")
    return ruling
