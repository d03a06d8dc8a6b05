"""The repaired tasks took about as long as they usually do."""

from collections.abc import Iterable
from datetime import timedelta

from activities.checks.check import Check, Patient
from activities.reading.run import newest_tasks, run_facts, task_facts
from activities.reading.values import identifier
from activities.workspace import Json
from lakemend.evidence import RunPhase, TaskFacts, run_phase
from lakemend.incident import HealthCheckResult
from lakemend.task_durations import slow_tasks

_RUNS = 25  # one page of runs/list


class TaskDurations(Check):
    """A run that succeeds in five times its usual time shows that something is still wrong."""

    name = "task_durations"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Compare with the job's newest successful runs."""
        request = patient.request
        run = patient.workspace.get_run(request.run_id)
        tasks = [each for each in _tasks(run) if each.task_key in request.failed_tasks]
        now = {each.task_key: took for each in tasks if (took := _duration(each))}
        job_id = identifier(run.get("job_id"))
        runs = patient.workspace.list_runs(job_id=job_id, expand_tasks=True, at_most=_RUNS)
        history = _history(each for each in runs if identifier(each["run_id"]) != request.run_id)
        slow = slow_tasks(now, history, request.terms.duration_factor)
        return self.failed("; ".join(slow)) if slow else self.passed("no task was unusually slow")


def _history(runs: Iterable[Json]) -> dict[str, list[timedelta]]:
    known: dict[str, list[timedelta]] = {}
    for run in runs:
        if run_phase(run_facts(run)) is not RunPhase.SUCCEEDED:
            continue
        for task in _tasks(run):
            took = _duration(task)
            if took and task.result_state == "SUCCESS":
                known.setdefault(task.task_key, []).append(took)
    return known


def _tasks(run: Json) -> list[TaskFacts]:
    return [task_facts(each) for each in newest_tasks(run)]


def _duration(task: TaskFacts) -> timedelta | None:
    if task.started_at is None or task.ended_at is None:
        return None
    return task.ended_at - task.started_at
