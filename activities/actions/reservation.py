"""Leave to act from the budgets, asked for at the last moment before the first write."""

from lakemend.actions import ACTIONS
from lakemend.budget import Attempt, subject_of
from lakemend.errors import CapExceededError
from lakemend.step import StepInput
from records import Records


def refuse_too_dear(step: StepInput, cost_factor: float) -> None:
    """Raise CapExceededError where the changes of a phase together cost more than the cap."""
    asked = round(step.cost_factor * cost_factor, 6)
    if cost_factor > 1 and asked > step.caps.max_cost_factor:
        raise CapExceededError("max_cost_factor", step.caps.max_cost_factor, asked)


def reserve(records: Records, step: StepInput, cost_factor: float) -> None:
    """Count the attempt, once for all its tries; raises BudgetExceededError."""
    kind = ACTIONS.get(step.action)
    resource = step.target.resource if step.target else ""
    attempt = Attempt(
        token=step.token,
        workspace=step.workspace,
        subject=subject_of(step.job_id, step.run_id, resource),
        incident_id=step.incident_id,
        action=step.action,
        starts_run=kind is not None and kind.starts_run,
        cost_factor=step.cost_factor * cost_factor,
    )
    records.reserve_attempt(attempt, step.caps.budgets)
