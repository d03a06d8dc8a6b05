"""One-time runs: `runs/submit` has no saved job behind it, so there is nothing to repair."""

from copy import deepcopy

from simulator.ids import next_id
from simulator.records import JobRun, Json, Repair
from simulator.runs import Runs
from simulator.tasks import Tasks
from simulator.world import World


class Submissions:
    """Starts one-time runs."""

    def __init__(self, world: World, runs: Runs, tasks: Tasks) -> None:
        self._world = world
        self._runs = runs
        self._tasks = tasks

    def submit(self, body: Json) -> JobRun:
        """Start a one-time run; a known idempotency token gives the run it started before."""
        token = str(body.get("idempotency_token", ""))
        known = self._world.state.tokens.get(token) if token else None
        if known is not None:
            return self._runs.get(known)
        now = self._world.clock.milliseconds
        run = JobRun(
            run_id=next_id(self._world.state),
            job_id=next_id(self._world.state),
            number_in_job=1,
            run_name=str(body.get("run_name", "Untitled")),
            run_type="SUBMIT_RUN",
            idempotency_token=token,
            settings=deepcopy(body),
            start_time=now,
        )
        run.repairs.append(Repair(repair_id=0, type="ORIGINAL", by="api", start_time=now))
        for spec in run.settings.get("tasks", []):
            self._tasks.add(run, spec)
        self._world.state.runs[run.run_id] = run
        self._world.index.created(run)
        if token:
            self._world.state.tokens[token] = run.run_id
        self._runs.begin_round(run)
        return run
