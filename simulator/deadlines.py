"""What becomes of a run that takes long: the job's time limit ends it, its health rule warns.

Of all settings only a changed `timeout_seconds` counts for active runs too (databricks-sdk:
jobs.update, jobs.reset).
"""

from datetime import timedelta

from simulator.jobs import Jobs
from simulator.model.outcome import timed_out
from simulator.notifications import Notifications
from simulator.records import About, Job, JobRun, Json, Phase
from simulator.runs import Runs
from simulator.world import World

_LONG = "RUN_DURATION_SECONDS"


class Deadlines:
    """Sets a timer for each limit of a run when it begins."""

    def __init__(self, world: World, jobs: Jobs, runs: Runs, notifications: Notifications) -> None:
        self._world = world
        self._runs = runs
        self._notifications = notifications
        world.clock.on("run_times_out", self._time_out)
        world.clock.on("run_is_long", self._warn)
        runs.started.append(self._begin)
        jobs.changed.append(self._follow)

    def _begin(self, run: JobRun) -> None:
        self._limit(run)
        health: Json = run.settings.get("health") or {}
        for rule in health.get("rules", []):
            if rule.get("metric") == _LONG:
                self._after(int(rule["value"]), "run_is_long", run)

    def _follow(self, job: Job) -> None:
        limit = job.settings.get("timeout_seconds") or 0
        for run in self._world.index.active(job.job_id):
            if run.phase is Phase.RUNNING and (run.settings.get("timeout_seconds") or 0) != limit:
                run.settings["timeout_seconds"] = limit
                self._limit(run)

    def _limit(self, run: JobRun) -> None:
        limit = int(run.settings.get("timeout_seconds") or 0)
        if limit:
            self._after(limit, "run_times_out", run)

    def _after(self, seconds: int, kind: str, run: JobRun) -> None:
        """Set a timer for so long after the beginning of the run's present round."""
        passed = (self._world.clock.milliseconds - run.round_start) / 1000
        rest = max(0.0, seconds - passed * self._world.state.clock.factor)
        self._world.clock.after(
            timedelta(seconds=rest), kind, run_id=run.run_id, round=run.round, limit=seconds
        )

    def _time_out(self, about: About) -> None:
        run = self._active(about)
        if run is not None and run.settings.get("timeout_seconds") == about["limit"]:
            self._runs.stop(run, timed_out(timedelta(seconds=int(about["limit"]))))

    def _warn(self, about: About) -> None:
        run = self._active(about)
        if run is not None:
            self._notifications.run_is_long(run)

    def _active(self, about: About) -> JobRun | None:
        """Return the run, if it is still in the round that the timer was set in."""
        run = self._world.state.runs.get(int(about["run_id"]))
        if run is None or run.over or run.round != about["round"]:
            return None
        return run
