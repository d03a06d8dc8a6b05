"""Where to find runs without looking at all of them."""

from simulator.records import Attempt, JobRun, State

Attached = tuple[JobRun, Attempt]


class Index:
    """Runs by job, by the id of an attempt, and by the cluster they are on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._by_job: dict[int, dict[int, JobRun]] = {}
        self._by_attempt: dict[int, JobRun] = {}
        self._by_cluster: dict[str, list[Attached]] = {}
        self._open: dict[int, dict[int, JobRun]] = {}
        for run in state.runs.values():
            self.created(run)
            self.opened(run)
            for attempt in run.attempts:
                self.added(run, attempt)
                self.attached(run, attempt)

    def created(self, run: JobRun) -> None:
        """There is a new run, whether it begins, waits or is skipped."""
        self._by_job.setdefault(run.job_id, {})[run.run_id] = run

    def opened(self, run: JobRun) -> None:
        """A run began, or a repair began in it."""
        self._open.setdefault(run.job_id, {})[run.run_id] = run

    def added(self, run: JobRun, attempt: Attempt) -> None:
        """A run got one more attempt of a task."""
        self._by_attempt[attempt.run_id] = run

    def removed(self, run: JobRun) -> None:
        """A run was deleted."""
        del self._by_job[run.job_id][run.run_id]
        for attempt in run.attempts:
            del self._by_attempt[attempt.run_id]

    def attached(self, run: JobRun, attempt: Attempt) -> None:
        """An attempt waits for a cluster or runs on it."""
        if attempt.cluster_id:
            self._by_cluster.setdefault(attempt.cluster_id, []).append((run, attempt))

    def of_job(self, job_id: int) -> list[JobRun]:
        """All runs of a job, newest first."""
        return list(reversed(self._by_job.get(job_id, {}).values()))

    def active(self, job_id: int) -> list[JobRun]:
        """The runs of a job that have not ended, oldest first."""
        runs = self._open.get(job_id, {})
        for run_id in [run_id for run_id, run in runs.items() if run.over]:
            del runs[run_id]
        return sorted(runs.values(), key=lambda run: run.start_time)

    def of_attempt(self, run_id: int) -> JobRun | None:
        """The job run that an attempt's own run id belongs to."""
        return self._by_attempt.get(run_id)

    def on_cluster(self, cluster_id: str) -> list[Attached]:
        """The attempts on a cluster that have not ended."""
        here = [item for item in self._by_cluster.get(cluster_id, []) if not item[1].over]
        self._by_cluster[cluster_id] = here
        return list(here)
