"""The part of a scenario file that is about jobs: what fails, and what would cure it."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from simulator.durations import Duration
from simulator.model.failure_kinds import FailureKind
from simulator.scenario.entry import ZERO, Entry, Json, Limited


class Needs(Entry):
    """What a task needs to pass; whoever has at least that much passes."""

    driver_memory_gb: float = 0
    executor_memory_gb: float = 0
    workers: int = 0
    spark_conf: dict[str, str] = {}
    library_versions: dict[str, list[str]] = {}


class Failure(Limited):
    """One way to fail. Texts that are left out come from the catalogue for its kind.

    `count` says whether `times` is counted in each run or over all runs of the job. The failure is
    gone as well once the task's settings hold `cured_by` (dotted path and value).
    """

    kind: FailureKind
    count: Literal["run", "job"] = "run"
    after: Duration | None = None
    error: str = ""
    error_trace: str = ""
    code: str = ""
    type: str = ""
    cluster_reason: str = ""
    cured_by: dict[str, Any] = {}


def _as_list(value: object) -> object:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


Failures = Annotated[list[Failure], BeforeValidator(_as_list)]


class SpotTakeBack(Limited):
    """The cloud takes spot machines back; on-demand ones stay.

    `loses` says what goes with them: an executor, or the driver and the whole cluster.
    """

    loses: Literal["executor", "cluster"] = "executor"
    after: Duration = timedelta(seconds=20)


class TaskBehaviour(Entry):
    """How one task behaves. `worker_minutes` is work that more workers finish sooner.

    `calls` are notebooks that its code runs by dbutils.notebook.run, each from the one before: the
    last one does the work, and what ends it ends the others. `links`: whether an error names the
    page of the called run.
    """

    duration: Duration = timedelta(seconds=30)
    worker_minutes: float = 0
    needs: Needs = Needs()
    fails: Failures = []
    spot: SpotTakeBack | None = None
    output: str = "done"
    condition: bool = True
    iterations: dict[str, Failures] = {}
    calls: list[str] = []
    links: bool = True


OutcomeWord = Literal[
    "recovered", "escalated", "superseded", "rejected", "observed", "duplicate", "none"
]


class Expectation(Entry):
    """What recovery should make of a job's failure; the simulator itself does not use it.

    `others` are outcomes that further failures of the job may have. `steps` are the attempts as
    they went, each like `repair_run failed`, without those that were skipped. `kept` says that a
    change which helped stays; otherwise settings are as before.
    """

    outcome: OutcomeWord = "none"
    others: list[OutcomeWord] = []
    error_type: str = ""
    cause: str = ""
    incidents: int | None = None
    repairs: int | None = None
    restarts: int | None = None
    runs: int | None = None
    changes: int | None = None
    steps: list[str] | None = None
    kept: bool = False
    note: str = ""


class ScheduledRun(Entry):
    """A run that the schedule starts at this time after the scenario's start."""

    at: Duration = ZERO
    parameters: dict[str, str] = {}


class JobEntry(Entry):
    """A job: its raw settings, how its tasks behave and when it runs.

    Of `commits` the first run of a job with a Git source uses the first, and so on; the last stays.
    Each of its notifications is sent `deliver` times, `deliver_after` late. Of several `copies`
    each is a job of its own, `NAME-001` and so on.
    """

    settings: Json
    copies: int = Field(default=1, ge=1, le=10_000)
    tasks: dict[str, TaskBehaviour] = {}
    runs: list[ScheduledRun] = []
    commits: list[str] = []
    shape: Literal["both", "state", "status"] = "both"
    deliver: int = Field(default=1, ge=0)
    deliver_after: Duration = ZERO
    creator: str = ""
    access: list[Json] = []
    expect: Expectation = Expectation()
