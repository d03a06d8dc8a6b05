"""What a playbook's steps come to where a resource failed by itself, and no run is repeated."""

from dataclasses import dataclass
from datetime import timedelta

from lakemend.actions import ACTIONS
from lakemend.diagnosis import Cause
from lakemend.evidence import ComputeKind, Evidence
from lakemend.playbook import Step


@dataclass(frozen=True)
class Revival:
    """How one kind of resource is brought back, and which checks prove that it works."""

    kind: ComputeKind
    action: str
    others: frozenset[str]
    timeout: timedelta
    checks: tuple[str, ...]

    def is_one(self, action: str) -> bool:
        """Whether an action brings this kind of resource back."""
        return action == self.action or action in self.others


_KINDS = (
    Revival(
        ComputeKind.ALL_PURPOSE,
        "start_cluster",
        frozenset({"restart_cluster"}),
        timedelta(minutes=30),
        ("cluster_running", "driver_answering"),
    ),
    Revival(
        ComputeKind.PIPELINE,
        "restart_pipeline_update",
        frozenset(),
        timedelta(hours=4),
        ("pipeline_update_completed",),
    ),
    Revival(
        ComputeKind.WAREHOUSE,
        "restart_warehouse",
        frozenset(),
        timedelta(minutes=20),
        ("warehouse_healthy",),
    ),
)
_REVIVALS = {each.kind: each for each in _KINDS}
_ABOUT_RUNS = frozenset({"run_succeeded", "task_durations"})


def brings_back(evidence: Evidence, action: str) -> bool:
    """Whether an action revives the resource that failed; never where a run did."""
    revival = _revival_of(evidence)
    return revival is not None and revival.is_one(action)


def steps_for(evidence: Evidence, steps: tuple[Step, ...], cause: Cause) -> tuple[Step, ...]:
    """Put bringing a resource back in the place of repeating the run; leave all as it is for a run.

    A phase that does so already loses its repairs: the runs have incidents of their own.
    """
    revival = _revival_of(evidence)
    if revival is None:
        return steps
    done = any(revival.is_one(step.action) and _applies(revival, step, cause) for step in steps)
    kept = [step for step in steps if not (done and _repeats(step))]
    return tuple(_revive(revival, step) if _repeats(step) else step for step in kept)


def checks_for(evidence: Evidence, declared: tuple[str, ...]) -> tuple[str, ...]:
    """Put first what proves that a resource works, and leave out what is about runs."""
    revival = _revival_of(evidence)
    if revival is None:
        return declared
    further = (name for name in declared if name not in _ABOUT_RUNS)
    return tuple(dict.fromkeys((*revival.checks, *further)))


def _revival_of(evidence: Evidence) -> Revival | None:
    return _REVIVALS.get(evidence.resource.compute.kind) if evidence.resource else None


def _repeats(step: Step) -> bool:
    return ACTIONS[step.action].starts_run


def _applies(revival: Revival, step: Step, cause: Cause) -> bool:
    return step.when is None or step.when.holds(cause=cause, compute=revival.kind)


def _revive(revival: Revival, step: Step) -> Step:
    why = "it is brought back where the playbook would repeat a run"
    return Step(action=revival.action, attempts=step.attempts, timeout=revival.timeout, why=why)
