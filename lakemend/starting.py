"""Where a plan begins: with what helped the last time, where that is within the limits."""

from collections.abc import Sequence

from lakemend.actions import ESCALATE
from lakemend.budget import Spent, refuse_beyond
from lakemend.errors import BudgetExceededError
from lakemend.memory import Remembered
from lakemend.model import Model
from lakemend.phase import Phase
from lakemend.step import Caps


class Start(Model):
    """The phases in the order in which they are tried, and in words why in that one.

    `remembered` is what they begin with; None when they begin as the playbook does.
    """

    phases: tuple[Phase, ...]
    remembered: Remembered | None = None
    why: str = ""


def begin_with(
    phases: Sequence[Phase], remembered: Remembered | None, caps: Caps, spent: Spent
) -> Start:
    """Put the remembered phase first, then the later ones, then those before it.

    None is left out, and handing over to a person stays the last; nothing is begun with that the
    caps or what is left of the budgets forbid.
    """
    declared = tuple(phases)
    if remembered is None:
        return Start(phases=declared)
    helped = f"{_times(remembered)} against {remembered.cause} in this job: {remembered.what}"
    place = next((n for n, phase in enumerate(phases) if phase.what == remembered.what), None)
    if place is None:
        why = f"Begins as the playbook does: what helped {helped} is no part of it now."
        return Start(phases=declared, why=why)
    refused = _refused(phases[place], caps, spent)
    if refused:
        return Start(phases=declared, why=f"Begins as the playbook does: {refused}")
    others = (*declared[place + 1 :], *declared[:place])
    return Start(
        phases=(declared[place], *sorted(others, key=_hands_over)),
        remembered=remembered,
        why=f"Begins with {phases[place].name}, which helped {helped}.",
    )


def _hands_over(phase: Phase) -> bool:
    return any(step.action == ESCALATE for step in phase.steps if not step.skip)


def _times(remembered: Remembered) -> str:
    return "the last time" if remembered.times == 1 else f"the last {remembered.times} times"


def _refused(phase: Phase, caps: Caps, spent: Spent) -> str:
    """Say why a phase is not to be begun with; empty if it may be."""
    cost = f"{phase.name} helped, but costs about {phase.cost_factor:g} times a run"
    if phase.cost_factor > caps.max_cost_factor:
        return f"{cost}; max_cost_factor allows {caps.max_cost_factor:g}."
    try:
        refuse_beyond(caps.budgets, spent, phase.cost_factor)
    except BudgetExceededError as error:
        return f"{cost}; {error}."
    return ""
