"""The actions a playbook may name: what each takes, and what it changes.

The effects live in `activities/actions/`, one file per action under the same name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lakemend.durations import Duration

Percent = Annotated[int, Field(ge=1, le=400)]
MemoryFactor = Annotated[float, Field(gt=1, le=4)]


class Parameters(BaseModel):
    """What a step's `with` may hold; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RepairRun(Parameters):
    """Repair the failed tasks; `with_dependents` also repeats tasks after them that succeeded."""

    with_dependents: bool = False


class RerunJob(Parameters):
    """Start the job once more with the parameters of the failed run."""


class RestartCluster(Parameters):
    """Bring an all-purpose cluster back: start it when terminated, restart it when running."""


class ScaleCluster(Parameters):
    """Add workers: `percent` more, rounded up; the default is SCALE_UP_PERCENTAGE."""

    percent: Percent | None = None


class ChangeNodeType(Parameters):
    """Move the driver or the workers to a type with at least `memory_factor` times the memory."""

    which: Literal["driver", "workers"] = "driver"
    memory_factor: MemoryFactor = 2


class Wait(Parameters):
    """Let time pass before the next step."""

    duration: Duration


class Scope(StrEnum):
    """What an action changes: it decides the lease, the snapshot, and whether it applies."""

    NOTHING = "nothing"
    RUN = "run"
    JOB = "job"
    CLUSTER = "cluster"
    COMPUTE = "compute"
    """The all-purpose cluster itself, or the job's settings for a job cluster."""


@dataclass(frozen=True)
class ActionKind:
    """One row of the table. `starts_run`: its success is that of the run it started."""

    parameters: type[Parameters]
    scope: Scope
    starts_run: bool = False
    changes_settings: bool = False


ACTIONS: dict[str, ActionKind] = {
    "change_node_type": ActionKind(ChangeNodeType, Scope.COMPUTE, changes_settings=True),
    "repair_run": ActionKind(RepairRun, Scope.RUN, starts_run=True),
    "rerun_job": ActionKind(RerunJob, Scope.JOB, starts_run=True),
    "restart_cluster": ActionKind(RestartCluster, Scope.CLUSTER),
    "scale_cluster": ActionKind(ScaleCluster, Scope.COMPUTE, changes_settings=True),
    "wait": ActionKind(Wait, Scope.NOTHING),
}
