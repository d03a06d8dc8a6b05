"""Playbooks for a workspace whose time runs faster: every pause is shorter by the same factor."""

from lakemend.actions import Wait
from lakemend.durations import format_duration
from lakemend.playbook import Attempts, Playbook, Playbooks, Step


def hurry(playbooks: Playbooks, factor: float) -> Playbooks:
    """Return the playbooks with their pauses divided; timeouts stay, for calls take their time."""
    return {name: _playbook(playbook, factor) for name, playbook in playbooks.items()}


def _playbook(playbook: Playbook, factor: float) -> Playbook:
    def hurried(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_step(step, factor) for step in steps)

    return playbook.model_copy(
        update={
            "steps": hurried(playbook.steps),
            "ladder": tuple(hurried(rung) for rung in playbook.ladder),
            "fallback": hurried(playbook.fallback),
        }
    )


def _step(step: Step, factor: float) -> Step:
    parameters = step.parameters
    if step.action == "wait":
        duration = Wait.model_validate(parameters).duration / factor
        parameters = {"duration": format_duration(duration)}
    attempts = step.attempts and _attempts(step.attempts, factor)
    return step.model_copy(update={"parameters": parameters, "attempts": attempts})


def _attempts(attempts: Attempts, factor: float) -> Attempts:
    base, longest = attempts.base, attempts.max_delay
    return attempts.model_copy(
        update={"base": base and base / factor, "max_delay": longest and longest / factor}
    )
