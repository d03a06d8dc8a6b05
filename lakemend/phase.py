"""The phases of a plan, and their steps with everything filled in."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from lakemend.durations import Duration
from lakemend.expected_cost import together
from lakemend.model import Model
from lakemend.step import Target

CALL_TIMEOUT = timedelta(minutes=15)
RUN_TIMEOUT = timedelta(hours=12)
"""A repaired run may take hours; giving up sooner would call failed what still runs."""


class PlannedStep(Model):
    """One step with everything filled in. `skip` says why it does not apply; empty if it does."""

    action: str
    parameters: dict[str, Any] = {}
    target: Target | None = None
    pauses: tuple[Duration, ...] = ()
    """The pause before each further attempt: n pauses allow n + 1 attempts."""
    timeout: Duration = CALL_TIMEOUT
    run_timeout: Duration = RUN_TIMEOUT
    starts_run: bool = False
    brings_back: bool = False
    """It revives the resource that failed, and the health checks tell whether that helped."""
    changes_settings: bool = False
    needs_lease: bool = False
    cost_factor: float = Field(default=1, description="expected, before the action has looked")
    why: str = ""
    skip: str = ""


class Phase(Model):
    """Steps that stand or fall together.

    They are those of `steps`, a rung of the ladder, `fallback`, or of a chained playbook.
    """

    name: str
    steps: tuple[PlannedStep, ...]
    chained: bool = False

    @property
    def leases(self) -> frozenset[str]:
        """What its steps have to hold."""
        needing = (step for step in self.steps if step.needs_lease and not step.skip)
        return frozenset(step.target.lease for step in needing if step.target)

    @property
    def cost_factor(self) -> float:
        """What a run is expected to cost with all of its changes."""
        return together(step.cost_factor for step in self.steps if not step.skip)

    @property
    def what(self) -> str:
        """What it does, in words: by that it is known again, whatever its name and place."""
        return ", ".join(_in_words(step) for step in self.steps if not step.skip)


def _in_words(step: PlannedStep) -> str:
    given = ", ".join(f"{name}={value}" for name, value in sorted(step.parameters.items()))
    return f"{step.action}({given})" if given else step.action
