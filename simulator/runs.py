"""Runs of jobs: started once for each token, queued or skipped when too many, driven to an end."""

from collections.abc import Callable
from copy import deepcopy

from simulator.clusters import Clusters
from simulator.compute import Compute
from simulator.errors import InvalidParameterError
from simulator.ids import next_id
from simulator.jobs import Jobs
from simulator.model.dag import Verdict, canceled, overall, verdict
from simulator.records import About, Actor, Attempt, End, Job, JobRun, Json, Phase, Repair
from simulator.tasks import Tasks
from simulator.world import World

RunHook = Callable[[JobRun], None]


class Runs:
    """All runs of the workspace. `started` and `finished` are told of each round of a run."""

    def __init__(self, world: World, jobs: Jobs, tasks: Tasks, clusters: Clusters) -> None:
        self._world = world
        self._jobs = jobs
        self._tasks = tasks
        self._compute = Compute(world, clusters)
        self.started: list[RunHook] = []
        self.finished: list[RunHook] = []
        tasks.progressed.append(self.progress)
        world.clock.on("run_cancelled", self._cancelled)

    def get(self, run_id: int) -> JobRun:
        """Find a job run; raises InvalidParameterError."""
        run = self._world.state.runs.get(run_id)
        if run is None:
            raise InvalidParameterError(f"Run {run_id} does not exist.")
        return run

    def find(self, run_id: int) -> tuple[JobRun, Attempt | None]:
        """Find a job run, or the attempt of a task that has this id, with its job run."""
        owner = self._world.index.of_attempt(run_id)
        if owner is None:
            return self.get(run_id), None
        every = [*owner.attempts, *(loop for item in owner.attempts for loop in item.iterations)]
        return owner, next(item for item in every if item.run_id == run_id)

    def run_now(self, body: Json, by: Actor = "api", trigger: str = "ONE_TIME") -> JobRun:
        """Start a run; a known idempotency token gives the run it started before."""
        token = str(body.get("idempotency_token", ""))
        if token:
            known = self._known(token)
            if known is not None:
                return known
        job = self._jobs.get(int(body["job_id"]))
        run = self._new(job, body, by, trigger)
        free = self._slot_free(job.job_id)
        self._world.state.runs[run.run_id] = run
        self._world.index.created(run)
        if token:
            self._world.state.tokens[token] = run.run_id
        if free:
            self.begin_round(run)
        elif _queues(job, body):
            run.phase = Phase.QUEUED
            self._world.index.opened(run)
        else:
            self._skip(run)
        return run

    def begin_round(self, run: JobRun) -> None:
        """Let the attempts that wait in a run begin: at its start, or at a repair."""
        run.phase, run.end, run.end_time = Phase.RUNNING, None, 0
        run.round += 1
        self._world.index.opened(run)
        run.round_start = self._world.clock.milliseconds
        for hook in self.started:
            hook(run)
        self.progress(run)

    def progress(self, run: JobRun) -> None:
        """Start what may start; end the run when all its tasks have ended."""
        if run.phase is not Phase.RUNNING:
            return
        for attempt in list(run.latest.values()):
            if attempt.phase is Phase.BLOCKED:
                self._unblock(run, attempt)
            if run.phase is not Phase.RUNNING:
                return
        if all(attempt.over for attempt in run.latest.values()):
            specs = [attempt.spec for attempt in run.latest.values()]
            self._finish(run, overall(run.attempts, specs))

    def cancel(self, run_id: int) -> None:
        """Begin to cancel a job run, or one attempt of it; the answer comes before the end."""
        run, attempt = self.find(run_id)
        if attempt is not None:
            if not attempt.over:
                self._tasks.end(run, attempt, canceled(), retry=False)
            return
        if run.over or run.phase is Phase.TERMINATING:
            return
        run.phase = Phase.TERMINATING
        self._world.clock.after(
            self._world.delays.cancel, "run_cancelled", run_id=run_id, round=run.round
        )

    def stop(self, run: JobRun, end: End) -> None:
        """End every open attempt the same way, then the run."""
        run.phase = Phase.TERMINATING
        for attempt in list(run.latest.values()):
            self._tasks.end(run, attempt, end, retry=False)
        self._finish(run, end)

    def delete(self, run_id: int) -> None:
        """Remove a run that has ended. Its token stays known, and gives an error from then on."""
        run = self.get(run_id)
        if not run.over:
            raise InvalidParameterError(f"Run {run_id} is active and cannot be deleted.")
        self._world.state.deleted_runs.append(run_id)
        del self._world.state.runs[run_id]
        self._world.index.removed(run)

    def _known(self, token: str) -> JobRun | None:
        run_id = self._world.state.tokens.get(token)
        if run_id in self._world.state.deleted_runs:
            raise InvalidParameterError(f"The run with idempotency token {token} was deleted.")
        return self._world.state.runs[run_id] if run_id is not None else None

    def _new(self, job: Job, body: Json, by: Actor, trigger: str) -> JobRun:
        job.runs += 1
        given = {str(key): str(value) for key, value in body.get("job_parameters", {}).items()}
        defaults = {
            str(item["name"]): str(item.get("default", ""))
            for item in job.settings.get("parameters", [])
        }
        now = self._world.clock.milliseconds
        legacy = {key: value for key, value in body.items() if key.endswith("_params")}
        run = JobRun(
            run_id=next_id(self._world.state),
            job_id=job.job_id,
            number_in_job=job.runs,
            run_name=str(job.settings.get("name", "Untitled")),
            trigger=trigger,
            by=by,
            idempotency_token=str(body.get("idempotency_token", "")),
            parameters={**defaults, **given},
            overriding_parameters=legacy,
            settings=deepcopy(job.settings),
            start_time=now,
        )
        run.repairs.append(Repair(repair_id=0, type="ORIGINAL", by=by, start_time=now))
        for spec in _chosen(run.settings.get("tasks", []), body.get("only")):
            self._tasks.add(run, spec)
        run.repairs[0].task_run_ids = [attempt.run_id for attempt in run.attempts]
        return run

    def _skip(self, run: JobRun) -> None:
        run.phase = Phase.SKIPPED
        run.end_time = self._world.clock.milliseconds
        run.end = End(
            result="MAXIMUM_CONCURRENT_RUNS_REACHED",
            code="MAX_CONCURRENT_RUNS_EXCEEDED",
            type="CLIENT_ERROR",
            message="The maximum number of concurrent runs of this job is reached.",
            life_cycle_state="SKIPPED",
        )
        for attempt in run.attempts:
            attempt.phase, attempt.end, attempt.end_time = Phase.SKIPPED, run.end, run.end_time
        for hook in self.finished:
            hook(run)

    def _unblock(self, run: JobRun, attempt: Attempt) -> None:
        decision = verdict(attempt.spec, run.latest)
        if attempt.spec.get("disabled") and decision is not Verdict.WAIT:
            self._tasks.end(run, attempt, _unused("DISABLED", "DISABLED"), retry=False)
        elif decision is Verdict.START:
            self._tasks.start(run, attempt)
        elif decision is Verdict.UPSTREAM_FAILED:
            self._tasks.end(run, attempt, _unused("UPSTREAM_FAILED", "SKIPPED"), retry=False)
        elif decision is Verdict.EXCLUDED:
            self._tasks.end(run, attempt, _unused("EXCLUDED", "SKIPPED"), retry=False)

    def _finish(self, run: JobRun, end: End) -> None:
        now = self._world.clock.milliseconds
        run.phase, run.end, run.end_time = Phase.TERMINATED, end, now
        run.active_spans.append((run.round_start, now))
        run.repairs[-1].end_time, run.repairs[-1].end = now, end
        self._compute.release_all(run)
        for hook in self.finished:
            hook(run)
        self._next_in_queue(run.job_id)

    def _next_in_queue(self, job_id: int) -> None:
        for run in self._world.index.active(job_id):
            if run.phase is Phase.QUEUED and self._slot_free(job_id):
                self.begin_round(run)

    def _slot_free(self, job_id: int) -> bool:
        """Whether one more run may begin; runs in the queue hold no slot."""
        job = self._world.state.jobs.get(job_id)
        busy = [run for run in self._world.index.active(job_id) if run.phase is not Phase.QUEUED]
        return job is not None and len(busy) < int(job.settings.get("max_concurrent_runs", 1))

    def _cancelled(self, about: About) -> None:
        run = self._world.state.runs.get(int(about["run_id"]))
        if run is not None and run.round == about["round"] and not run.over:
            self.stop(run, canceled())


def _queues(job: Job, body: Json) -> bool:
    asked: Json = body.get("queue") or job.settings.get("queue") or {}
    return bool(asked.get("enabled"))


def _chosen(specs: list[Json], only: list[str] | None) -> list[Json]:
    """The tasks that `only` names; dependencies on tasks left out are dropped."""
    if not only:
        return [deepcopy(spec) for spec in specs]
    chosen = [deepcopy(spec) for spec in specs if spec["task_key"] in only]
    for spec in chosen:
        links = [link for link in spec.get("depends_on", []) if link["task_key"] in only]
        spec["depends_on"] = links
    return chosen


def _unused(result: str, code: str) -> End:
    messages = {
        "UPSTREAM_FAILED": "An upstream task failed.",
        "EXCLUDED": "The task's run condition was not met.",
        "DISABLED": "The task is disabled.",
    }
    return End(result=result, code=code, type="CLIENT_ERROR", message=messages[result])
