"""Accelerated time: pauses shrink by the factor by which the simulated workspace's time runs."""

from datetime import timedelta
from typing import Any

from lakemend.actions import Wait
from lakemend.durations import format_duration
from lakemend.plan import CALL_TIMEOUT, RUN_TIMEOUT
from lakemend.playbook import Attempts, BreakerSpec, Playbook, Step
from lakemend.settings import Settings

# a call takes as long as it takes, whatever the factor is
_SHORTEST_LIMIT = timedelta(seconds=30)
_SHORTEST_POLL = timedelta(milliseconds=100)
_BREAKER_TIMES = ("open_for", "open_for_max", "park_for")


def accelerated(playbook: Playbook, factor: float) -> Playbook:
    """Return the same playbook with its waits, pauses and limits divided by the factor."""
    changes: dict[str, Any] = {
        "steps": _steps(playbook.steps, factor),
        "ladder": tuple(_steps(rung, factor) for rung in playbook.ladder),
        "fallback": _steps(playbook.fallback, factor),
        "breaker": playbook.breaker and _breaker(playbook.breaker, factor),
    }
    return playbook.model_copy(update=changes)


def accelerated_settings(settings: Settings, factor: float) -> Settings:
    """Return the settings with the pauses that a playbook may leave to them divided likewise."""
    changes = {
        "retry_base_delay": settings.retry_base_delay / factor,
        "retry_max_delay": settings.retry_max_delay / factor,
        "circuit_breaker_timeout": settings.circuit_breaker_timeout / factor,
        "poll_interval": max(settings.poll_interval / factor, _SHORTEST_POLL),
    }
    return settings.model_copy(update=changes)


def _steps(steps: tuple[Step, ...], factor: float) -> tuple[Step, ...]:
    return tuple(_step(step, factor) for step in steps)


def _step(step: Step, factor: float) -> Step:
    changes: dict[str, Any] = {
        "timeout": max((step.timeout or CALL_TIMEOUT) / factor, _SHORTEST_LIMIT),
        "run_timeout": max((step.run_timeout or RUN_TIMEOUT) / factor, _SHORTEST_LIMIT),
        "attempts": step.attempts and _attempts(step.attempts, factor),
    }
    if step.action == "wait":
        wait = Wait.model_validate(step.parameters)
        changes["parameters"] = {"duration": format_duration(wait.duration / factor)}
    return step.model_copy(update=changes)


def _attempts(attempts: Attempts, factor: float) -> Attempts:
    changes = {
        "base": attempts.base and attempts.base / factor,
        "max_delay": attempts.max_delay and attempts.max_delay / factor,
    }
    return attempts.model_copy(update=changes)


def _breaker(breaker: BreakerSpec, factor: float) -> BreakerSpec:
    # what is not declared must stay so: the settings fill it in
    declared = breaker.model_fields_set.intersection(_BREAKER_TIMES)
    return breaker.model_copy(update={name: getattr(breaker, name) / factor for name in declared})
