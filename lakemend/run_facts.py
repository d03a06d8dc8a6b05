"""The run itself: its facts, and what its many state words come down to."""

from datetime import datetime
from enum import StrEnum

from lakemend.model import Model


class RunFacts(Model):
    """The job run. `latest_repair_id` is empty before the first repair."""

    run_id: str = ""
    job_id: str = ""
    run_name: str = ""
    run_type: str = ""
    run_page_url: str = ""
    creator: str = ""
    trigger: str = ""
    life_cycle_state: str = ""
    result_state: str = ""
    state_message: str = ""
    status_state: str = ""
    termination_code: str = ""
    termination_type: str = ""
    termination_message: str = ""
    latest_repair_id: str = ""
    repair_count: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None


class RecentRun(Model):
    """One earlier run of the same job."""

    run_id: str
    result_state: str
    termination_code: str = ""
    ended_at: datetime | None = None
    settings_hash: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether it did what it should, all of it or with failures that its job allows."""
        return self.result_state.startswith("SUCCESS")

    @property
    def ended_by_itself(self) -> bool:
        """Whether its end says something about the job: that of a cancelled run does not."""
        return self.result_state not in {"", "CANCELED"}


class RunPhase(StrEnum):
    """What a run's many state words come down to."""

    ACTIVE = "active"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


FAILED_RESULTS = frozenset({"FAILED", "TIMEDOUT", "MAXIMUM_CONCURRENT_RUNS_REACHED"})
ACTIVE_STATES = frozenset(
    {
        "BLOCKED",
        "PENDING",
        "QUEUED",
        "RUNNING",
        "TERMINATING",
        "WAITING",
        "WAITING_FOR_RETRY",
    }
)


def run_phase(run: RunFacts) -> RunPhase:
    """Tell whether a run is over and how.

    `life_cycle_state` INTERNAL_ERROR is what an ordinary failed run shows in the deprecated `state`
    object, not a platform fault (databricks/cli golden file
    acceptance/bundle/resources/job_runs/failed_run).
    """
    if run.status_state in ACTIVE_STATES or run.life_cycle_state in ACTIVE_STATES:
        return RunPhase.ACTIVE
    if run.result_state == "CANCELED" or run.termination_code == "USER_CANCELED":
        return RunPhase.CANCELED
    if run.result_state in {"SUCCESS", "SUCCESS_WITH_FAILURES"}:
        return RunPhase.SUCCEEDED
    if run.result_state in FAILED_RESULTS or run.life_cycle_state == "INTERNAL_ERROR":
        return RunPhase.FAILED
    if run.status_state == "TERMINATED":
        return RunPhase.SUCCEEDED if run.termination_code == "SUCCESS" else RunPhase.FAILED
    return RunPhase.UNKNOWN
