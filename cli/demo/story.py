"""One job of the scenario: what was expected of it, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.demo.calls import ChangingCall
from lakemend.incident import IncidentView, Outcome, StepStatus
from simulator.scenario import Expectation

REJECTED = "rejected"
NO_INCIDENT = "none"
_REFUSING = frozenset({"open", "half_open", "forced_open"})


def is_rejected(incident: IncidentView) -> bool:
    """Tell whether an open breaker refused the incident, so that nothing was done."""
    refused = incident.breaker_state in _REFUSING
    return incident.outcome is Outcome.ESCALATED and refused and not incident.steps


def may_be_rejected(expected: Expectation) -> bool:
    """Tell whether the scenario wants the job's breaker to open."""
    return REJECTED in {expected.outcome, *expected.others}


@dataclass(frozen=True)
class Story:
    """`repairs`, `restarts` and `runs` are counted by the simulated workspace."""

    job: str
    expected: Expectation
    incidents: Sequence[IncidentView]
    calls: Sequence[ChangingCall] = ()
    repairs: int = 0
    restarts: int = 0
    runs: int = 0

    @property
    def outcomes(self) -> list[str]:
        """How each incident ended, oldest first; the stage of one that has not."""
        return [
            REJECTED if is_rejected(each) else each.outcome or each.stage for each in self.incidents
        ]

    @property
    def problems(self) -> list[str]:
        """What is not as the scenario says; empty when all is."""
        return [
            *self._outcome(),
            *self._reset(),
            *self._diagnosis(),
            *self._steps(),
            *self._counts(),
        ]

    @property
    def summary(self) -> str:
        """Causes and actions, in a few words."""
        return "; ".join(dict.fromkeys(map(_in_words, self.incidents))) or "no incident"

    def _outcome(self) -> Iterator[str]:
        wanted = {self.expected.outcome, *self.expected.others} - {NO_INCIDENT}
        if wanted != set(self.outcomes):
            listed = ", ".join(sorted(wanted)) or "no incident"
            yield f"expected {listed}, found {', '.join(self.outcomes) or 'no incident'}"

    def _reset(self) -> Iterator[str]:
        """After a refusal comes the reset, which must let an incident through."""
        if REJECTED not in self.outcomes:
            return
        later = self.incidents[self.outcomes.index(REJECTED) + 1 :]
        if not any(incident.steps for incident in later):
            yield "expected an incident to be let through after the reset, none was"

    def _diagnosis(self) -> Iterator[str]:
        for diagnosis in (each.diagnosis for each in self.incidents if each.diagnosis):
            if self.expected.error_type not in {"", diagnosis.error_type}:
                yield f"expected {self.expected.error_type}, found {diagnosis.error_type}"
            if self.expected.cause not in {"", diagnosis.cause}:
                yield f"expected cause {self.expected.cause}, found {diagnosis.cause}"

    def _steps(self) -> Iterator[str]:
        wanted, taken = self.expected.steps, [_taken(each) for each in self.incidents]
        if wanted is not None and any(steps != wanted for steps in taken):
            found = "; then ".join(", ".join(steps) or "none" for steps in taken)
            yield f"expected the steps {', '.join(wanted) or 'none'}, found {found}"

    def _counts(self) -> Iterator[str]:
        found = {
            "incidents": len(self.incidents),
            "repairs": self.repairs,
            "restarts": self.restarts,
            "runs": self.runs,
            "changes": len(self.calls),
        }
        for name, number in found.items():
            wanted = getattr(self.expected, name)
            if wanted is not None and wanted != number:
                yield f"expected {wanted} {name}, found {number}"


def _taken(incident: IncidentView) -> list[str]:
    taken = (step for step in incident.steps if step.status is not StepStatus.SKIPPED)
    return [f"{step.action} {step.status}" for step in taken]


def _in_words(incident: IncidentView) -> str:
    cause = incident.diagnosis.cause if incident.diagnosis else ""
    done = [
        f"{step.action}{' ✗' if step.status is StepStatus.FAILED else ''}"
        for step in incident.steps
        if step.status is not StepStatus.SKIPPED
    ]
    return ": ".join(part for part in (cause, ", ".join(done) or "nothing touched") if part)
