"""Runs, the attempts of their tasks, and their repairs."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

from simulator.records.clusters import TerminationReason
from simulator.records.kinds import Actor, Json


class Phase(StrEnum):
    """Where a run or an attempt of a task is, whichever word `state` or `status` has for it."""

    BLOCKED = "BLOCKED"
    QUEUED = "QUEUED"
    WAITING_FOR_RETRY = "WAITING_FOR_RETRY"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    SKIPPED = "SKIPPED"


OVER = frozenset({Phase.TERMINATED, Phase.SKIPPED})


class End(BaseModel):
    """How a run or an attempt ended. `code` and `type` are the words of `termination_details`."""

    result: str = "SUCCESS"
    code: str = "SUCCESS"
    type: str = "SUCCESS"
    message: str = ""
    error: str = ""
    error_trace: str = ""
    life_cycle_state: str = "TERMINATED"

    @property
    def succeeded(self) -> bool:
        """Whether tasks that depend on this one may start."""
        return self.result in {"SUCCESS", "SUCCESS_WITH_FAILURES"}


class Attempt(BaseModel):
    """One attempt of one task: a run of its own with its own id."""

    run_id: int
    job_run_id: int
    task_key: str
    attempt_number: int
    spec: Json
    repair_id: int = 0
    retries_left: int = 0
    phase: Phase = Phase.BLOCKED
    end: End | None = None
    planned: End | None = None
    planned_cluster_reason: TerminationReason | None = None
    outcome: str = ""
    cluster_id: str = ""
    nested_run_id: int = 0
    called_run_ids: list[int] = []
    iterations: list["Attempt"] = []
    created_time: int = 0
    start_time: int = 0
    execution_time: int = 0
    end_time: int = 0

    @property
    def over(self) -> bool:
        """Whether this attempt has ended."""
        return self.phase in OVER


class Repair(BaseModel):
    """One item of a run's repair history."""

    repair_id: int
    type: Literal["ORIGINAL", "REPAIR"]
    by: Actor
    start_time: int
    end_time: int = 0
    task_run_ids: list[int] = []
    end: End | None = None


class JobRun(BaseModel):
    """One run of a job, with every attempt of each task in the order they were made."""

    run_id: int
    job_id: int
    number_in_job: int
    run_name: str
    run_type: str = "JOB_RUN"
    trigger: str = "ONE_TIME"
    by: Actor = "api"
    idempotency_token: str = ""
    parameters: dict[str, str] = {}
    overriding_parameters: Json = {}
    settings: Json = {}
    phase: Phase = Phase.PENDING
    end: End | None = None
    attempts: list[Attempt] = []
    repairs: list[Repair] = []
    clusters: dict[str, str] = {}
    start_time: int = 0
    end_time: int = 0
    active_spans: list[tuple[int, int]] = []
    round_start: int = 0
    round: int = 0
    parent_run_id: int = 0

    @property
    def over(self) -> bool:
        """Whether the run has ended; a repair makes it active again."""
        return self.phase in OVER

    @property
    def latest(self) -> dict[str, Attempt]:
        """The newest attempt of each task."""
        return {attempt.task_key: attempt for attempt in self.attempts}

    @property
    def latest_repair_id(self) -> int:
        """Id of the newest repair; 0 before the first."""
        return self.repairs[-1].repair_id if len(self.repairs) > 1 else 0
