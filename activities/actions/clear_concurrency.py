"""Make room for a run of the job: wait for a slot, or let the run queue for one."""

from datetime import timedelta

from activities.actions.action import Plan, Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.errors import StillChangingError
from activities.reading.job import job_facts
from activities.reading.values import identifier
from activities.resources.active_runs import listed
from activities.workspace import Json
from lakemend import actions
from lakemend.errors import InvalidRequestError
from lakemend.step import ResourceKind, StepResult

_WHEN_FREE = timedelta(minutes=1)  # other runs take as long as they take


class ClearConcurrency(SettingsChange[actions.ClearConcurrency]):
    """Other people's runs are never canceled.

    A run beyond `max_concurrent_runs` is skipped, unless the job queues (databricks-sdk:
    jobs.JobSettings.max_concurrent_runs, QueueSettings).
    """

    parameters = actions.ClearConcurrency

    def plan(self, tried: Try[actions.ClearConcurrency]) -> Plan:
        """Wait while every slot is taken, or enable queueing where that is asked for."""
        target = tried.step.target
        if target is None or target.kind is not ResourceKind.JOB:
            raise InvalidRequestError("clear_concurrency", "the target is not a job")
        if tried.parameters.enable_queue:
            return super().plan(tried)
        job = job_facts(tried.workspace.get_job(target.id))
        taken = _active_runs(tried, target.id)
        slots = job.max_concurrent_runs
        if len(taken) >= slots:
            message = f"All {slots} slots of job {target.id} are taken by {listed(taken)}"
            raise StillChangingError(message, _WHEN_FREE)
        message = f"{slots - len(taken)} of {slots} slots of job {target.id} are free"
        return Plan(StepResult(message=message))

    def patch(self, tried: Try[actions.ClearConcurrency], spec: Json) -> Patch:
        """Switch the job's queue on."""
        del spec
        resource = tried.step.target.resource if tried.step.target else "the job"
        summary = f"Let runs of {resource} queue for a slot"
        return Patch({"queue": {"enabled": True}}, summary)


def _active_runs(tried: Try[actions.ClearConcurrency], job_id: str) -> list[str]:
    runs = tried.workspace.list_runs(job_id=job_id, active_only=True)
    others = [each for each in runs if identifier(each.get("run_id")) != tried.step.run_id]
    return [f"run {each.get('run_id')}" for each in others]
