"""Accelerated time: what takes hours takes minutes, on both sides of the trial."""

from datetime import timedelta
from typing import Any

from lakemend.hurry import hurry
from lakemend.plan import CALL_TIMEOUT, RUN_TIMEOUT
from lakemend.playbook import BreakerSpec, Playbook, Playbooks, Step
from lakemend.settings import Settings

# a call takes as long as it takes, whatever the factor is
_SHORTEST_LIMIT = timedelta(seconds=30)
_SHORTEST_POLL = timedelta(milliseconds=100)


def accelerated(playbooks: Playbooks, factor: float) -> Playbooks:
    """Return the same playbooks with their pauses and time limits divided by the factor."""
    hurried = hurry(playbooks, factor)
    return {name: _with_limits(playbook, factor) for name, playbook in hurried.items()}


def accelerated_settings(settings: Settings, factor: float) -> Settings:
    """Return the settings with the pauses that a playbook may leave to them divided likewise."""
    changes = {
        "retry_base_delay": settings.retry_base_delay / factor,
        "retry_max_delay": settings.retry_max_delay / factor,
        "circuit_breaker_timeout": settings.circuit_breaker_timeout / factor,
        "circuit_breaker_cool_down": settings.circuit_breaker_cool_down / factor,
        "poll_interval": max(settings.poll_interval / factor, _SHORTEST_POLL),
    }
    return settings.model_copy(update=changes)


def _with_limits(playbook: Playbook, factor: float) -> Playbook:
    def limited(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_step(step, factor) for step in steps)

    changes = {
        "steps": limited(playbook.steps),
        "ladder": tuple(limited(rung) for rung in playbook.ladder),
        "fallback": limited(playbook.fallback),
        "breaker": playbook.breaker and _breaker(playbook.breaker, factor),
    }
    return playbook.model_copy(update=changes)


def _step(step: Step, factor: float) -> Step:
    changes = {
        "timeout": max((step.timeout or CALL_TIMEOUT) / factor, _SHORTEST_LIMIT),
        "run_timeout": max((step.run_timeout or RUN_TIMEOUT) / factor, _SHORTEST_LIMIT),
    }
    return step.model_copy(update=changes)


def _breaker(breaker: BreakerSpec, factor: float) -> BreakerSpec:
    # what is not declared must stay so: the settings fill it in
    declared = {name: getattr(breaker, name) for name in breaker.model_fields_set}
    changes: dict[str, Any] = {
        name: value / factor for name, value in declared.items() if isinstance(value, timedelta)
    }
    return breaker.model_copy(update=changes)
