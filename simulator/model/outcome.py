"""Whether a task passes on the machine it got: the one place where that is decided."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.model.failure_kinds import FailureKind, FailureText, failure_texts
from simulator.model.machine import Machine
from simulator.records import End
from simulator.scenario import Failure, Limited, Needs, TaskBehaviour

Json = dict[str, Any]
StillHappens = Callable[[str, Limited], bool]


@dataclass(frozen=True)
class Outcome:
    """How an attempt will end, and how long after its start.

    `cluster_reason` is the termination reason of a cluster that goes down with it.
    """

    end: End
    after: timedelta
    cluster_reason: str = ""
    cluster_reason_type: str = ""


def decide(
    behaviour: TaskBehaviour, machine: Machine, spec: Json, still_happens: StillHappens
) -> Outcome:
    """Decide how an attempt ends.

    Memory, workers, settings and libraries come first, then spot take-back, then the scenario's own
    failures in their order. `still_happens` counts occurrences of what ends by itself: it is asked
    only when everything before it passed.
    """
    if (kind := _unmet(behaviour.needs, machine)) is not None:
        return _failed(failure_texts()[kind], behaviour, machine)
    if (outcome := _taken_back(behaviour, machine, still_happens)) is not None:
        return outcome
    for number, failure in enumerate(behaviour.fails):
        if not _cured(failure, spec) and still_happens(f"fails-{number}", failure):
            return _failed(_worded(failure), behaviour, machine)
    return _finished(behaviour, machine, spec)


def _unmet(needs: Needs, machine: Machine) -> FailureKind | None:
    if machine.driver_memory_gb < needs.driver_memory_gb:
        return FailureKind.DRIVER_OOM
    if machine.executor_memory_gb < needs.executor_memory_gb:
        return FailureKind.EXECUTOR_OOM
    if machine.workers < needs.workers:
        return FailureKind.TOO_FEW_WORKERS
    if any(machine.spark_conf.get(key) != value for key, value in needs.spark_conf.items()):
        return FailureKind.SPARK_CONF
    for package, versions in needs.library_versions.items():
        if machine.library_versions.get(package) not in versions:
            return FailureKind.MISSING_MODULE
    return None


def _taken_back(
    behaviour: TaskBehaviour, machine: Machine, still_happens: StillHappens
) -> Outcome | None:
    spot = behaviour.spot
    if spot is None or machine.on_demand or not still_happens("spot", spot):
        return None
    if spot.loses == "executor":
        return _failed(failure_texts()[FailureKind.SPOT], behaviour, machine, spot.after)
    lost = failure_texts()[FailureKind.CLUSTER_LOST].model_copy(
        update={"cluster_reason": "SPOT_INSTANCE_TERMINATION"}
    )
    return _failed(lost, behaviour, machine, spot.after)


def _cured(failure: Failure, spec: Json) -> bool:
    wanted = failure.cured_by
    return bool(wanted) and all(_at(spec, path) == value for path, value in wanted.items())


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return value  # pyright: ignore[reportUnknownVariableType]


def _worded(failure: Failure) -> FailureText:
    changes: Json = {
        "error": failure.error,
        "trace": failure.error_trace,
        "code": failure.code,
        "type": failure.type,
        "cluster_reason": failure.cluster_reason,
        "after_seconds": failure.after.total_seconds() if failure.after else None,
    }
    given = {key: value for key, value in changes.items() if value not in ("", None)}
    return failure_texts()[failure.kind].model_copy(update=given)


def _failed(
    text: FailureText,
    behaviour: TaskBehaviour,
    machine: Machine,
    after: timedelta | None = None,
) -> Outcome:
    facts = {
        "driver_memory_gb": f"{machine.driver_memory_gb:g}",
        "executor_memory_gb": f"{machine.executor_memory_gb:g}",
        "workers": str(machine.workers),
        "cluster_id": machine.cluster_id,
        "spark_conf": str(behaviour.needs.spark_conf),
    }
    end = End(
        result="FAILED",
        code=text.code,
        type=text.type,
        message=_filled(text.message, facts),
        error=_filled(text.error, facts),
        error_trace=_filled(text.trace, facts),
        life_cycle_state=text.life_cycle_state,
    )
    return Outcome(end, after or text.after, text.cluster_reason, text.cluster_reason_type)


def _filled(text: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _finished(behaviour: TaskBehaviour, machine: Machine, spec: Json) -> Outcome:
    """Success, unless the time limit of the task comes first."""
    duration = behaviour.duration
    if behaviour.worker_minutes:
        duration = timedelta(minutes=behaviour.worker_minutes / max(1, machine.workers))
    limit = timedelta(seconds=int(spec.get("timeout_seconds") or 0))
    if not limit or duration <= limit:
        return Outcome(End(), duration)
    return Outcome(timed_out(limit), limit)


def timed_out(limit: timedelta) -> End:
    """The end of a task or run that was stopped at its time limit."""
    return End(
        result="TIMEDOUT",
        code="CANCELED",
        type="CLIENT_ERROR",
        message=f"Run exceeded its timeout of {limit.total_seconds():.0f} seconds.",
    )
