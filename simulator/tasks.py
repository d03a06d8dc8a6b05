"""Attempts of tasks: find compute, run, end, and try again where the platform itself does so.

Each attempt is a run of its own; a retried or repaired task appears in the run once for each.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from simulator.cluster_states import DOWN
from simulator.clusters import UP, Clusters
from simulator.compute import Compute, repeated
from simulator.errors import ApiError
from simulator.ids import next_id
from simulator.libraries import Libraries, failed_libraries
from simulator.model.ends import cluster_end, library_end, refused_end
from simulator.model.machine import SERVERLESS, Machine
from simulator.model.outcome import Outcome, decide
from simulator.records import (
    About,
    Attempt,
    Cluster,
    End,
    JobRun,
    Json,
    Phase,
    TerminationReason,
)
from simulator.scenario import TaskBehaviour
from simulator.world import World

AttemptHook = Callable[[JobRun, Attempt], None]
OutcomeHook = Callable[[JobRun, Attempt, Outcome], Outcome]


class Tasks:
    """Drives attempts. `ended` is told of each end, `progressed` when a run should look again.

    `begun` is told how an attempt that begins will end, and may word it otherwise.
    """

    def __init__(self, world: World, clusters: Clusters, libraries: Libraries) -> None:
        self._world = world
        self._clusters = clusters
        self._libraries = libraries
        self._compute = Compute(world, clusters)
        self.ended: list[AttemptHook] = []
        self.progressed: list[Callable[[JobRun], None]] = []
        self.begun: list[OutcomeHook] = []
        self.special: dict[str, AttemptHook] = {}
        world.clock.on("attempt_done", self._done)
        world.clock.on("retry_due", self._retry)
        clusters.listeners.append(self._follow)
        libraries.listeners.append(self._follow)

    def add(self, run: JobRun, spec: Json, repair_id: int = 0) -> Attempt:
        """Add an attempt that waits for the tasks before it."""
        attempt = Attempt(
            run_id=next_id(self._world.state),
            job_run_id=run.run_id,
            task_key=str(spec["task_key"]),
            attempt_number=sum(item.task_key == spec["task_key"] for item in run.attempts),
            spec=spec,
            repair_id=repair_id,
            retries_left=int(spec.get("max_retries", 0)),
            created_time=self._world.clock.milliseconds,
        )
        run.attempts.append(attempt)
        self._world.index.added(run, attempt)
        return attempt

    def start(self, run: JobRun, attempt: Attempt) -> None:
        """Start an attempt: on its cluster when it has one, or as a special kind of task."""
        attempt.phase = Phase.PENDING
        attempt.start_time = self._world.clock.milliseconds
        special = self._special(attempt)
        if special and "for_each_task" not in attempt.spec:
            attempt.phase = Phase.RUNNING
            attempt.execution_time = attempt.start_time
            special(run, attempt)
            return
        try:
            cluster = self._compute.place(run, attempt)
        except ApiError as error:
            # The call that started the run was answered; what is wrong shows in the run.
            self.end(run, attempt, refused_end(error.message))
            return
        if cluster is None:
            self._begin(run, attempt)
            return
        self._world.index.attached(run, attempt)
        libraries = repeated(attempt.spec).get("libraries", [])
        self._libraries.install(cluster.cluster_id, libraries)
        self._look(run, attempt, cluster)

    def end(self, run: JobRun, attempt: Attempt, end: End, *, retry: bool = True) -> None:
        """End an attempt; the platform tries again when the task's settings say so."""
        if attempt.over:
            return
        attempt.phase, attempt.end = Phase.TERMINATED, end
        attempt.end_time = self._world.clock.milliseconds
        self._compute.release(attempt)
        again = retry and _tries_again(attempt, end)
        if again:
            self._wait_for_retry(run, attempt)
        for hook in self.ended:
            hook(run, attempt)
        for hook in self.progressed:
            hook(run)

    def behaviour(self, run: JobRun, task_key: str) -> TaskBehaviour:
        """How the scenario lets a task behave; it simply succeeds when nothing is said."""
        job = self._world.state.jobs.get(run.job_id)
        entry = self._world.scenario.jobs.get(job.name_in_scenario) if job else None
        return entry.tasks.get(task_key, TaskBehaviour()) if entry else TaskBehaviour()

    def decide(self, run: JobRun, attempt: Attempt, behaviour: TaskBehaviour) -> Outcome:
        """Ask the model how an attempt ends."""
        machine = self.machine(attempt)
        scopes = {
            "run": f"run/{run.run_id}/{attempt.task_key}",
            "job": f"job/{run.job_id}/{attempt.task_key}",
        }
        ask = partial(self._still_happens, scopes)
        return decide(behaviour, machine, self._compute.effective_spec(run, attempt), ask)

    def machine(self, attempt: Attempt) -> Machine:
        """What an attempt runs on."""
        if attempt.cluster_id:
            return self._clusters.machine(attempt.cluster_id)
        return SERVERLESS

    def _special(self, attempt: Attempt) -> AttemptHook | None:
        found = (hook for kind, hook in self.special.items() if kind in attempt.spec)
        return next(found, None)

    def _still_happens(self, scopes: dict[str, str], key: str, rule: object) -> bool:
        scope = scopes[getattr(rule, "count", "run")]
        return self._world.still_happens(scope, key, rule)  # pyright: ignore[reportArgumentType]

    def _look(self, run: JobRun, attempt: Attempt, cluster: Cluster) -> None:
        """Go on when the cluster is ready, or fail with it."""
        if attempt.phase not in {Phase.PENDING, Phase.RUNNING}:
            return
        if cluster.state in DOWN or (
            cluster.state == "RESTARTING" and attempt.phase is Phase.RUNNING
        ):
            self._cluster_away(run, attempt, cluster)
        elif attempt.phase is Phase.PENDING and cluster.state in UP:
            if not self._libraries.settled(cluster):
                return
            if failed_libraries(cluster):
                self.end(run, attempt, library_end(failed_libraries(cluster)[0]))
            else:
                self._begin(run, attempt)

    def _cluster_away(self, run: JobRun, attempt: Attempt, cluster: Cluster) -> None:
        if attempt.phase is Phase.PENDING and self._compute.may_start(cluster):
            if cluster.state == "TERMINATED":
                self._clusters.start(cluster.cluster_id)
            return
        self.end(run, attempt, cluster_end(cluster))

    def _begin(self, run: JobRun, attempt: Attempt) -> None:
        attempt.phase = Phase.RUNNING
        attempt.execution_time = self._world.clock.milliseconds
        special = self._special(attempt)
        if special:
            special(run, attempt)
            return
        outcome = self.decide(run, attempt, self.behaviour(run, attempt.task_key))
        for hook in self.begun:
            outcome = hook(run, attempt, outcome)
        self.finish_later(attempt, outcome)

    def finish_later(self, attempt: Attempt, outcome: Outcome) -> None:
        """Let a running attempt end as decided."""
        attempt.planned = outcome.end
        if outcome.cluster_reason:
            attempt.planned_cluster_reason = TerminationReason(
                code=outcome.cluster_reason, type=outcome.cluster_reason_type
            )
        self._world.clock.after(
            outcome.after, "attempt_done", run_id=attempt.job_run_id, attempt=attempt.run_id
        )

    def _done(self, about: About) -> None:
        run, attempt = self._of(about)
        if attempt.phase is not Phase.RUNNING or attempt.planned is None:
            return
        reason = attempt.planned_cluster_reason
        if reason is not None and attempt.cluster_id:
            # The cluster's listeners end this attempt together with all others on it.
            self._clusters.terminate(attempt.cluster_id, reason)
        self.end(run, attempt, attempt.planned)

    def _wait_for_retry(self, run: JobRun, failed: Attempt) -> None:
        attempt = self.add(run, failed.spec, failed.repair_id)
        attempt.retries_left = max(-1, failed.retries_left - 1)
        if failed.retries_left < 0:
            attempt.retries_left = -1
        attempt.phase = Phase.WAITING_FOR_RETRY
        wait = timedelta(milliseconds=int(failed.spec.get("min_retry_interval_millis") or 0))
        self._world.clock.after(wait, "retry_due", run_id=run.run_id, attempt=attempt.run_id)

    def _retry(self, about: About) -> None:
        run, attempt = self._of(about)
        if attempt.phase is Phase.WAITING_FOR_RETRY:
            self.start(run, attempt)

    def _follow(self, cluster: Cluster) -> None:
        for run, attempt in self._world.index.on_cluster(cluster.cluster_id):
            self._look(run, attempt, cluster)

    def _of(self, about: About) -> tuple[JobRun, Attempt]:
        run = self._world.state.runs[int(about["run_id"])]
        attempt = next(item for item in run.attempts if item.run_id == about["attempt"])
        return run, attempt


def _tries_again(attempt: Attempt, end: End) -> bool:
    if attempt.retries_left == 0:
        return False
    if end.result == "TIMEDOUT":
        return bool(attempt.spec.get("retry_on_timeout"))
    return end.result == "FAILED"
