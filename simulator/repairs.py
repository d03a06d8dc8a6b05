"""Repair of a failed run: the same run id, the current settings, a growing history.

Sources: docs of jobs.repair_run. What decides a question the docs leave open is listed in
docs/simulator.md.
"""

from copy import deepcopy

from simulator.errors import InvalidParameterError, InvalidStateError
from simulator.ids import next_id
from simulator.jobs import Jobs
from simulator.model.dag import dependants
from simulator.records import Actor, JobRun, Json, Repair
from simulator.runs import Runs
from simulator.tasks import Tasks
from simulator.world import World


class Repairs:
    """Repairs of runs."""

    def __init__(self, world: World, jobs: Jobs, runs: Runs, tasks: Tasks) -> None:
        self._world = world
        self._jobs = jobs
        self._runs = runs
        self._tasks = tasks

    def repair(self, body: Json, by: Actor = "api") -> Repair:
        """Run tasks of an ended run again.

        Raises InvalidStateError for an active run, InvalidParameterError for a missing or wrong
        `latest_repair_id`, for a run that has no saved job, and when there is nothing to repair.
        """
        run = self._runs.get(int(body["run_id"]))
        _check(run, body)
        job = self._jobs.get(run.job_id)
        keys = self._wanted(run, body, job.settings)
        now = self._world.clock.milliseconds
        repair = Repair(repair_id=next_id(self._world.state), type="REPAIR", by=by, start_time=now)
        run.settings = deepcopy(job.settings)
        self._set_parameters(run, body)
        for spec in run.settings["tasks"]:
            if spec["task_key"] in keys:
                attempt = self._tasks.add(run, deepcopy(spec), repair.repair_id)
                repair.task_run_ids.append(attempt.run_id)
        run.repairs.append(repair)
        self._runs.begin_round(run)
        return repair

    def _wanted(self, run: JobRun, body: Json, settings: Json) -> set[str]:
        """The tasks to run again, all of which the current settings must hold."""
        specs: list[Json] = settings.get("tasks", [])
        keys = {str(key) for key in body.get("rerun_tasks", [])}
        if body.get("rerun_all_failed_tasks"):
            keys = {
                key
                for key, attempt in run.latest.items()
                if attempt.end is None or not attempt.end.succeeded
            } - {key for key, attempt in run.latest.items() if _left_out(attempt.end)}
        if body.get("rerun_dependent_tasks"):
            keys |= dependants(keys, specs)
        unknown = keys - {str(spec["task_key"]) for spec in specs}
        if unknown:
            raise InvalidParameterError(
                f"Tasks {', '.join(sorted(unknown))} do not exist in the job's current settings."
            )
        if not keys:
            raise InvalidParameterError(f"Run {run.run_id} has no tasks to repair.")
        return keys

    def _set_parameters(self, run: JobRun, body: Json) -> None:
        """Only parameters sent with the repair count, unless the scenario says otherwise."""
        given = {str(key): str(value) for key, value in body.get("job_parameters", {}).items()}
        defaults = {
            str(item["name"]): str(item.get("default", ""))
            for item in run.settings.get("parameters", [])
        }
        before = run.parameters if self._world.scenario.repairs_keep_parameters else {}
        run.parameters = {**defaults, **before, **given}


def _check(run: JobRun, body: Json) -> None:
    if not run.over:
        raise InvalidStateError(f"Run {run.run_id} is active and cannot be repaired.")
    if run.run_type != "JOB_RUN":
        raise InvalidParameterError(f"Run {run.run_id} is not a run of a job: it has no repair.")
    if bool(body.get("rerun_all_failed_tasks")) == bool(body.get("rerun_tasks")):
        raise InvalidParameterError(
            "Exactly one of rerun_tasks and rerun_all_failed_tasks must be given."
        )
    latest, given = run.latest_repair_id, int(body.get("latest_repair_id") or 0)
    if latest and not given:
        raise InvalidParameterError(
            "The latest repair ID needs to be provided in order to create a new repair"
        )
    if given != latest:
        raise InvalidParameterError(f"{given} is not the latest repair of run {run.run_id}.")


def _left_out(end: object) -> bool:
    return getattr(end, "result", "") in {"EXCLUDED", "DISABLED"}
