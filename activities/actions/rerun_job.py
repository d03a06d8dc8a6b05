"""Start the job of a failed run once more."""

import hashlib
from collections.abc import Sequence

from activities.actions.action import Action, Plan, Try
from activities.actions.run_parameters import original_parameters
from activities.reading.values import identifier, moment
from activities.workspace import Json
from activities.workspace.writes import run_now
from lakemend import actions
from lakemend.errors import InvalidRequestError
from lakemend.step import StepResult

_BY_HAND = frozenset({"", "ONE_TIME"})  # how the platform calls a run that the API started


class RerunJob(Action[actions.RerunJob]):
    """The idempotency token makes the platform answer a repeated call with the same run.

    At most 64 characters; a token whose run was deleted is refused (databricks-sdk: jobs.run_now).
    It is made of the attempt's own token: with an old one the platform would answer with the run
    that failed (apache/airflow issue 64828).
    """

    parameters = actions.RerunJob

    def plan(self, tried: Try[actions.RerunJob]) -> Plan:
        """Step aside for a run that has started since the failure: its schedule may have fired."""
        step = tried.step
        run = tried.workspace.get_run(step.run_id)
        job_id = step.job_id or identifier(run.get("job_id"))
        if not job_id:
            raise InvalidRequestError("rerun_job", f"run {step.run_id} belongs to no saved job")
        other = _newer_run(tried, job_id)
        if other:
            message = f"Run {other} of job {job_id} has started since"
            return Plan(StepResult(message=message, superseded=True))
        options: Json = {
            "idempotency_token": idempotency_token(step.token, job_id),
            "queue": {"enabled": True},
            **original_parameters(run),
        }
        summary = f"Run job {job_id} again"
        return Plan(StepResult(message=summary), (run_now(job_id, options, summary),))

    def confirm(
        self, tried: Try[actions.RerunJob], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """Read the new run."""
        run_id = str(answers[0]["run_id"])
        tried.workspace.get_run(run_id)
        return StepResult(message=f"{plan.result.message} (run {run_id})", watch_run_id=run_id)


def idempotency_token(token: str, job_id: str) -> str:
    """Return the attempt's token for run-now: 64 characters, the most it takes.

    The job is part of it because the scope of the platform's uniqueness is not documented.
    """
    return hashlib.sha256(f"{token}/{job_id}".encode()).hexdigest()


def _newer_run(tried: Try[actions.RerunJob], job_id: str) -> str:
    """Find an active run that started after the failure and cannot be our own."""
    failed_at = tried.step.failed_at
    for run in tried.workspace.list_runs(job_id=job_id, active_only=True):
        started = moment(run.get("start_time"))
        newer = failed_at is None or started is None or started > failed_at
        ours = tried.may_have_acted and (run.get("trigger") or "") in _BY_HAND
        if newer and not ours and identifier(run.get("run_id")) != tried.step.run_id:
            return identifier(run.get("run_id"))
    return ""
