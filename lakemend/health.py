"""Whether a repaired run really helped: positive evidence, not the absence of an error."""

from collections.abc import Iterable

from lakemend.checks import CheckName
from lakemend.evidence import RunPhase
from lakemend.incident import HealthCheckResult
from lakemend.step import RunEnd, WatchedRun

RUN_SUCCEEDED = CheckName.RUN_SUCCEEDED.value


def run_succeeded(
    failed_tasks: Iterable[str], end: RunEnd, *, accept_failures: bool = False
) -> HealthCheckResult:
    """Pass when the run succeeded and every task that had failed has succeeded in it.

    A run whose last tasks ran in spite of a failure has SUCCESS_WITH_FAILURES (databricks-sdk:
    jobs.RunResultState); with `accept_failures` that is enough.
    """
    if accept_failures and end.phase is RunPhase.SUCCEEDED:
        return HealthCheckResult(check=RUN_SUCCEEDED, passed=True)
    still = {task: end.task_results.get(task, "not there") for task in failed_tasks}
    wrong = [f"{task} is {result}" for task, result in still.items() if result != "SUCCESS"]
    if end.phase is not RunPhase.SUCCEEDED:
        wrong = wrong or [end.message or f"the run is {end.phase}"]
    return HealthCheckResult(check=RUN_SUCCEEDED, passed=not wrong, message="; ".join(wrong))


def taken_over(watched: WatchedRun, end: RunEnd) -> str:
    """Say who took a run from us while we waited for it; empty when nobody did."""
    if end.latest_repair_id != watched.repair_id:
        return f"Somebody else repaired run {watched.run_id} while we did."
    if end.phase is RunPhase.CANCELED:
        return f"A person cancelled run {watched.run_id}."
    return ""


def unhealthy(checks: Iterable[HealthCheckResult]) -> str:
    """Say which checks failed, and how; empty when none did."""
    return "; ".join(f"{check.check}: {check.message}" for check in checks if not check.passed)
