"""Runs as the API shows them: the deprecated `state` beside the newer `status`."""

from copy import deepcopy
from typing import Literal

from simulator.records import Attempt, End, Job, JobRun, Json, Phase, Repair
from simulator.scenario import JobEntry
from simulator.world import World

PAGE = 100
Shape = Literal["both", "state", "status"]
STATUS_WORDS = {
    Phase.WAITING_FOR_RETRY: "WAITING",
    Phase.SKIPPED: "TERMINATED",
}


class Views:
    """Writes runs, tasks and jobs as JSON."""

    def __init__(self, world: World) -> None:
        self._world = world

    def run(self, run: JobRun, *, history: bool, page: int = 0) -> Json:
        """A job run with one page of its tasks."""
        body = self._summary(run)
        tasks = [self.task(run, attempt) for attempt in run.attempts]
        body["tasks"] = tasks[page : page + PAGE]
        if len(tasks) > page + PAGE:
            body["next_page_token"] = str(page + PAGE)
            body["has_more"] = True
        if run.settings.get("job_clusters"):
            body["job_clusters"] = deepcopy(run.settings["job_clusters"])
        if history and page == 0:
            body["repair_history"] = [self._repair(run, repair) for repair in run.repairs]
        return body

    def listed(self, run: JobRun, *, expand: bool) -> Json:
        """A job run as runs/list shows it: never with its repair history."""
        body = self._summary(run)
        if expand:
            body["tasks"] = [self.task(run, attempt) for attempt in run.attempts[:PAGE]]
            body["has_more"] = len(run.attempts) > PAGE
        return body

    def task_run(self, run: JobRun, attempt: Attempt, *, page: int = 0) -> Json:
        """The run of one attempt, asked for by its own id; a loop's comes with its iterations."""
        body = self.task(run, attempt)
        return {
            **self._iterations(run, attempt, page),
            **self._summary(run),
            **{key: value for key, value in body.items() if key != "task_key"},
            "run_id": attempt.run_id,
            "job_run_id": run.run_id,
            "run_name": attempt.task_key,
            "tasks": [body],
        }

    def task(self, run: JobRun, attempt: Attempt) -> Json:
        """One attempt in a run's list of tasks: its settings and what became of it."""
        body = deepcopy(attempt.spec)
        body.update(
            run_id=attempt.run_id,
            attempt_number=attempt.attempt_number,
            start_time=attempt.start_time,
            end_time=attempt.end_time,
            setup_duration=max(0, attempt.execution_time - attempt.start_time),
            execution_duration=_span(attempt.execution_time, attempt.end_time),
            cleanup_duration=0,
            run_page_url=self.page(run, attempt.run_id),
            **self._states(run, attempt.phase, attempt.end),
        )
        if attempt.cluster_id and "for_each_task" not in attempt.spec:
            body["cluster_instance"] = {"cluster_id": attempt.cluster_id}
        if attempt.iterations:
            body["for_each_task"]["stats"] = _iteration_stats(attempt.iterations)
        return body

    def job(self, job: Job, *, page: int = 0) -> Json:
        """A job with one page of its tasks; all other settings are on every page."""
        settings = deepcopy(job.settings)
        tasks = settings.get("tasks", [])
        settings["tasks"] = tasks[page : page + PAGE]
        body: Json = {
            "job_id": job.job_id,
            "creator_user_name": job.creator,
            "run_as_user_name": job.run_as,
            "created_time": job.created_time,
            "settings": settings,
        }
        if len(tasks) > page + PAGE:
            body["next_page_token"] = str(page + PAGE)
            body["has_more"] = True
        if page:
            for key in ("job_clusters", "parameters", "environments"):
                settings.pop(key, None)
        return body

    def listed_job(self, job: Job, *, expand: bool) -> Json:
        """A job as jobs/list shows it."""
        body = self.job(job)
        body.pop("next_page_token", None)
        if not expand:
            for key in ("tasks", "job_clusters", "parameters", "environments"):
                body["settings"].pop(key, None)
        return body

    def page(self, run: JobRun, run_id: int) -> str:
        """The address of a run's page."""
        workspace_id = self._world.scenario.workspace_id
        return f"{self._world.address}/?o={workspace_id}#job/{run.job_id}/run/{run_id}"

    def _iterations(self, run: JobRun, attempt: Attempt, page: int) -> Json:
        if not attempt.iterations:
            return {}
        shown = attempt.iterations[page : page + PAGE]
        body: Json = {"iterations": [self.task(run, iteration) for iteration in shown]}
        if len(attempt.iterations) > page + PAGE:
            body["next_page_token"] = str(page + PAGE)
        return body

    def _summary(self, run: JobRun) -> Json:
        body: Json = {
            "job_id": run.job_id,
            "run_id": run.run_id,
            "number_in_job": run.number_in_job,
            "original_attempt_run_id": run.run_id,
            "run_name": run.run_name,
            "run_type": run.run_type,
            "trigger": run.trigger,
            "creator_user_name": self._world.scenario.user,
            "start_time": run.start_time,
            "end_time": run.end_time,
            "run_duration": _span(run.start_time, run.end_time),
            "setup_duration": 0,
            "execution_duration": 0,
            "cleanup_duration": 0,
            "run_page_url": self.page(run, run.run_id),
            "format": "MULTI_TASK",
            "job_parameters": self._parameters(run),
            **self._states(run, run.phase, run.end),
        }
        if run.overriding_parameters:
            body["overriding_parameters"] = run.overriding_parameters
        if run.settings.get("git_source"):
            body["git_source"] = {**run.settings["git_source"], "git_snapshot": self._commit(run)}
        if run.parent_run_id:
            body["trigger_info"] = {"run_id": run.parent_run_id}
        return body

    def _commit(self, run: JobRun) -> Json:
        """The commit that a run used: a fixed one, or what its branch had become."""
        fixed = run.settings["git_source"].get("git_commit")
        entry = self._entry(run)
        commits = (entry.commits if entry else []) or ["0" * 40]
        return {"used_commit": fixed or commits[min(run.number_in_job, len(commits)) - 1]}

    def _parameters(self, run: JobRun) -> list[Json]:
        defaults = {item["name"]: item for item in run.settings.get("parameters", [])}
        return [
            {"name": name, "default": defaults.get(name, {}).get("default", ""), "value": value}
            for name, value in run.parameters.items()
        ]

    def _repair(self, run: JobRun, repair: Repair) -> Json:
        phase = Phase.TERMINATED if repair.end else Phase.RUNNING
        body: Json = {
            "type": repair.type,
            "start_time": repair.start_time,
            "end_time": repair.end_time,
            "task_run_ids": repair.task_run_ids,
            **self._states(run, phase, repair.end),
        }
        if repair.type == "REPAIR":
            body["id"] = repair.repair_id
        return body

    def _states(self, run: JobRun, phase: Phase, end: End | None) -> Json:
        both = {"state": _state(phase, end), "status": _status(phase, end)}
        shape = self._shape(run)
        return both if shape == "both" else {shape: both[shape]}

    def _shape(self, run: JobRun) -> Shape:
        entry = self._entry(run)
        return entry.shape if entry else "both"

    def _entry(self, run: JobRun) -> JobEntry | None:
        job = self._world.state.jobs.get(run.job_id)
        return self._world.scenario.jobs.get(job.name_in_scenario) if job else None


def _state(phase: Phase, end: End | None) -> Json:
    if end is None:
        return {"life_cycle_state": phase.value, "state_message": "", **_not_cancelled(end)}
    return {
        "life_cycle_state": end.life_cycle_state,
        "result_state": end.result,
        "state_message": end.message,
        **_not_cancelled(end),
    }


def _not_cancelled(end: End | None) -> Json:
    return {
        "user_cancelled_or_timedout": end is not None and end.result in {"CANCELED", "TIMEDOUT"}
    }


def _status(phase: Phase, end: End | None) -> Json:
    body: Json = {"state": STATUS_WORDS.get(phase, phase.value)}
    if end is not None:
        body["termination_details"] = {
            "code": end.code,
            "type": end.type,
            "message": end.message,
        }
    if phase is Phase.QUEUED:
        body["queue_details"] = {
            "code": "MAX_CONCURRENT_RUNS_REACHED",
            "message": "Queued due to reaching maximum concurrent runs of this job.",
        }
    return body


def _span(start: int, end: int) -> int:
    return max(0, end - start) if start and end else 0


def _iteration_stats(iterations: list[Attempt]) -> Json:
    ends = [item.end for item in iterations if item.end is not None]
    succeeded = sum(end.succeeded for end in ends)
    return {
        "task_run_stats": {
            "total_iterations": len(iterations),
            "completed_iterations": len(ends),
            "succeeded_iterations": succeeded,
            "failed_iterations": len(ends) - succeeded,
            "active_iterations": len(iterations) - len(ends),
        }
    }
