"""The record of one decision: from what it was made, what spoke for and against, what was chosen.

It is kept also when nothing was done, which is when people ask.
"""

from lakemend.diagnosis import Diagnosis
from lakemend.memory import Remembered
from lakemend.model import Model
from lakemend.streak import Streak


class Inputs(Model):
    """What the decision was made from; `unread` is like `events of cluster x: no permission`."""

    run_id: str = ""
    resource: str = ""
    result: str = ""
    failed_tasks: tuple[str, ...] = ()
    tasks: int = 0
    clusters: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    recent_runs: int = 0
    recent_successes: int = 0
    streak: Streak = Streak()
    repairs: int = 0
    lost_runs: int = 0
    unread: tuple[str, ...] = ()


class ChosenStep(Model):
    """One step of the plan; `skip` says why it does not apply."""

    phase: str
    action: str
    target: str = ""
    attempts: int = 1
    cost_factor: float = 1
    why: str = ""
    skip: str = ""


class ChosenPhase(Model):
    """One phase of the plan, and what a run is expected to cost with all of its changes."""

    name: str
    what: str = ""
    cost_factor: float = 1


class DecisionRecord(Model):
    """A diagnosis and what the policy made of it; `consent` is `act`, `observe` or `escalate`.

    The rules that matched are the diagnosis's `reasons`, those taken back its `ruled_out`. `memory`
    says in words why the phases come in this order, where something helped before.
    """

    inputs: Inputs = Inputs()
    diagnosis: Diagnosis
    playbook: str = ""
    playbook_hash: str = ""
    consent: str
    reason: str = ""
    steps: tuple[ChosenStep, ...] = ()
    phases: tuple[ChosenPhase, ...] = ()
    breakers: tuple[str, ...] = ()
    max_workers: int = 0
    max_cost_factor: float = 0
    budget_left: str = ""
    remembered: Remembered | None = None
    memory: str = ""
    health_checks: tuple[str, ...] = ()
