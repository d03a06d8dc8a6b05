"""The actions a playbook may name: what each takes, and what it changes.

This is the one table of them. The effect of `restart_cluster` is the class RestartCluster in
`activities/actions/restart_cluster.py`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lakemend.compute.spark_conf import CHANGEABLE_CONF
from lakemend.durations import Duration

Percent = Annotated[int, Field(ge=1, le=400)]
MemoryFactor = Annotated[float, Field(gt=1, le=4)]


def _conf(value: object) -> object:
    """Take `200` and `true` as Spark writes them, and nothing that is not on the list."""
    if not isinstance(value, dict):
        return value
    conf = cast("dict[object, object]", value)
    unknown = sorted(str(name) for name in conf if name not in CHANGEABLE_CONF)
    if unknown:
        allowed = ", ".join(sorted(CHANGEABLE_CONF))
        raise ValueError(f"{unknown[0]} may not be changed; allowed are {allowed}")
    return {name: _spark(each) for name, each in conf.items()}


def _spark(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


SparkConf = Annotated[
    dict[str, str], BeforeValidator(_conf, json_schema_input_type=dict[str, str | int | bool])
]


class Parameters(BaseModel):
    """What a step's `with` may hold; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Others(StrEnum):
    """What to do about other people's runs that a change of shared compute would interrupt."""

    WAIT = "wait"
    GO_ON = "go_on"
    REFUSE = "refuse"


class OnCompute(Parameters):
    """A step that may interrupt `others` on an all-purpose cluster."""

    others: Others = Others.WAIT


class RepairRun(Parameters):
    """Repair the failed tasks; `with_dependents` also repeats tasks after them that succeeded."""

    with_dependents: bool = False


class RerunJob(Parameters):
    """Start the job once more with the parameters of the failed run."""


class StartCluster(OnCompute):
    """Start an all-purpose cluster; one that runs is left alone."""


class RecreateCluster(Parameters):
    """Make a new cluster like one that cannot start, and point the jobs at it."""


class RestartCluster(OnCompute):
    """Bring an all-purpose cluster back: start it when terminated, restart it when running."""


class ScaleCluster(OnCompute):
    """Add workers: `percent` more, rounded up; the default is SCALE_UP_PERCENTAGE."""

    percent: Percent | None = None


class NewType(StrEnum):
    """Which node type to change to."""

    LARGER = "larger"
    SAME_CORES = "same_cores"
    OTHER_FAMILY = "other_family"
    ALTERNATES = "alternates"


class ChangeNodeType(OnCompute):
    """Move the driver, the workers or both to another node type, of `types` alone if given.

    `larger` has at least `memory_factor` times the memory, `same_cores` more memory for each core,
    `other_family` the same size; `alternates` keeps the type and names others to fall back on.
    """

    which: Literal["driver", "workers", "both"] = "driver"
    to: NewType = NewType.LARGER
    memory_factor: MemoryFactor = 2
    types: tuple[str, ...] = ()


class SwitchToOnDemand(OnCompute):
    """Take no spot machines."""


class ChangeZone(OnCompute):
    """Move to the first of `zones` that is another one; without, let the platform choose."""

    zones: tuple[str, ...] = ()


class SetSparkConf(OnCompute):
    """Set Spark settings; only those that trade speed for memory or patience can be named."""

    conf: Annotated[SparkConf, Field(min_length=1)]


class IncreaseTimeout(Parameters):
    """Multiply the time limits of the task and its job by `factor`, up to `longest`."""

    factor: Annotated[float, Field(gt=1, le=4)] = 2
    longest: Duration = timedelta(hours=24)


class ClearConcurrency(Parameters):
    """Wait until the job has a free slot; with `enable_queue`, let its runs queue for one."""

    enable_queue: bool = False


class RollbackConfig(Parameters):
    """Put back the settings with which a run last succeeded, where they changed since."""


class InstallLibraryVersion(OnCompute):
    """Replace a library that did not install by an older version.

    `package` names it, else it is the one that failed; `versions` is the list to go down, else the
    built-in one. A cluster tries up to `at_most` of them; in a job's settings, where only the next
    run shows whether it helped, the `nth` is put.
    """

    package: str = ""
    versions: tuple[str, ...] = ()
    at_most: Annotated[int, Field(ge=1, le=10)] = 3
    nth: Annotated[int, Field(ge=1, le=10)] = 1


class RestartWarehouse(Parameters):
    """Bring a SQL warehouse back: start it when stopped, stop and start it when unhealthy.

    `others` are the sessions that a stop interrupts; an unhealthy warehouse serves them badly.
    """

    others: Others = Others.GO_ON


class RestartPipelineUpdate(Parameters):
    """Start an ordinary update of a pipeline and wait for its end; never a full refresh."""


class Wait(Parameters):
    """Let time pass before the next step."""

    duration: Duration


ESCALATE = "escalate"


class Escalate(Parameters):
    """End the recovery here and leave the run to a person, with a `recommendation`."""

    recommendation: Annotated[str, Field(min_length=1, max_length=1000)]


class Scope(StrEnum):
    """What an action changes: it decides the lease, the snapshot, and whether it applies."""

    NOTHING = "nothing"
    RUN = "run"
    JOB = "job"
    CLUSTER = "cluster"
    COMPUTE = "compute"
    """The all-purpose cluster itself, or the job's settings for a job cluster."""
    USERS = "users"
    """The jobs that name the all-purpose cluster."""
    LIBRARIES = "libraries"
    """The libraries of the all-purpose cluster, or those of the job's tasks."""
    CONFIG = "config"
    """What changed since it last worked: the job's settings, else the all-purpose cluster."""
    TASK = "task"
    """The job's settings of the failed task."""
    SETTINGS = "settings"
    """The job's settings as a whole."""
    WAREHOUSE = "warehouse"
    PIPELINE = "pipeline"


@dataclass(frozen=True)
class ActionKind:
    """One row of the table. `starts_run`: its success is that of the run it started."""

    parameters: type[Parameters]
    scope: Scope
    starts_run: bool = False
    changes_settings: bool = False

    @property
    def calls_workspace(self) -> bool:
        """Whether it is an activity; what touches nothing is done by the workflow itself."""
        return self.scope is not Scope.NOTHING


ACTIONS: dict[str, ActionKind] = {
    "change_node_type": ActionKind(ChangeNodeType, Scope.COMPUTE, changes_settings=True),
    "change_zone": ActionKind(ChangeZone, Scope.COMPUTE, changes_settings=True),
    "clear_concurrency": ActionKind(ClearConcurrency, Scope.SETTINGS, changes_settings=True),
    "install_library_version": ActionKind(
        InstallLibraryVersion, Scope.LIBRARIES, changes_settings=True
    ),
    ESCALATE: ActionKind(Escalate, Scope.NOTHING),
    "increase_timeout": ActionKind(IncreaseTimeout, Scope.TASK, changes_settings=True),
    "recreate_cluster": ActionKind(RecreateCluster, Scope.USERS, changes_settings=True),
    "repair_run": ActionKind(RepairRun, Scope.RUN, starts_run=True),
    "rerun_job": ActionKind(RerunJob, Scope.JOB, starts_run=True),
    "restart_cluster": ActionKind(RestartCluster, Scope.CLUSTER),
    "scale_cluster": ActionKind(ScaleCluster, Scope.COMPUTE, changes_settings=True),
    "rollback_config": ActionKind(RollbackConfig, Scope.CONFIG, changes_settings=True),
    "set_spark_conf": ActionKind(SetSparkConf, Scope.COMPUTE, changes_settings=True),
    "start_cluster": ActionKind(StartCluster, Scope.CLUSTER),
    "switch_to_on_demand": ActionKind(SwitchToOnDemand, Scope.COMPUTE, changes_settings=True),
    "restart_pipeline_update": ActionKind(RestartPipelineUpdate, Scope.PIPELINE),
    "restart_warehouse": ActionKind(RestartWarehouse, Scope.WAREHOUSE),
    "wait": ActionKind(Wait, Scope.NOTHING),
}
