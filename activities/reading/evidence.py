"""Gathering evidence: few calls at a time, each of which may be refused."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from activities.reading.attempts import Attempts
from activities.reading.earlier_attempts import EarlierAttempts
from activities.reading.form import JOB, RUN
from activities.reading.job import job_facts
from activities.reading.job_history import JobHistory
from activities.reading.outputs import Outputs
from activities.reading.run import newest_tasks, run_facts, task_facts
from activities.reading.size import bounded
from activities.reading.started_runs import StartedRuns
from activities.reading.surroundings import Surroundings, clusters_of, resources_of
from activities.reading.values import part
from activities.workspace import Json, Workspace
from lakemend.evidence import (
    ClusterFacts,
    ComputeKind,
    Evidence,
    JobFacts,
    TaskFacts,
)

AT_ONCE = 4  # calls in parallel: the workspace allows few a second, and incidents share them


class EvidenceReader:
    """Reads one run.

    The run itself must be readable. What else cannot be read is noted in `unread`, at once when it
    is forbidden or gone, and when calls are lost only if `patient` is off: a retry may bring it.
    The job's settings stay here, in `job_settings`: they may hold secrets.
    """

    def __init__(self, workspace: Workspace, *, patient: bool) -> None:
        self._workspace = workspace
        self._attempts = Attempts(patient=patient)
        self.job_settings: Json = {}

    def read(self, workspace_name: str, run_id: str) -> Evidence:
        """Raises NotFoundError for a run that does not exist, WorkspaceError as calls do."""
        return self.read_around(workspace_name, self._workspace.get_run(run_id), run_id)

    def in_form(self, raw: Json) -> Json:
        """Return a run without what has another form than a run's; that is noted."""
        return self._attempts.in_form("the run", raw, RUN)

    def read_around(self, workspace_name: str, raw: Json, run_id: str = "") -> Evidence:
        """Read what belongs to a run that was read already, and may not tell its own id."""
        known = self.in_form(raw)
        raw = {**known, "run_id": known.get("run_id") or run_id}
        run = run_facts(raw)
        tasks = self._attempts.each(f"tasks of run {run.run_id}", newest_tasks(raw), task_facts)
        evidence = Evidence(workspace=workspace_name, read_at=datetime.now(UTC), run=run)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = self._surroundings(pool, raw, evidence, tasks)
        return bounded(found.model_copy(update={"unread": tuple(self._attempts.unread)}))

    def _surroundings(
        self, pool: ThreadPoolExecutor, raw: Json, evidence: Evidence, tasks: Sequence[TaskFacts]
    ) -> Evidence:
        failed = [task for task in tasks if task.failed]
        around = Surroundings(self._workspace, self._attempts, evidence.run)
        job = pool.submit(self._job, evidence.run.job_id)
        history = pool.submit(JobHistory(self._workspace, self._attempts, raw).read)
        clusters = pool.map(around.cluster, clusters_of(failed))
        warehouses = pool.map(around.warehouse, resources_of(ComputeKind.WAREHOUSE, failed))
        pipelines = pool.map(around.pipeline, resources_of(ComputeKind.PIPELINE, failed))
        outputs = Outputs(self._workspace, self._attempts, pool.map)
        read = outputs.of(failed)
        earlier = EarlierAttempts(self._workspace, self._attempts, pool.map).of(raw, failed)
        started = StartedRuns(self._workspace, self._attempts, outputs, evidence.run, pool.map)
        nested = started.of(read)
        inner = list(chain.from_iterable(run.tasks for run in nested))
        further = pool.map(around.cluster, _unseen_clusters(failed, [*read, *inner]))
        about = partial(around.with_libraries, tasks=[*read, *inner])
        with_libraries = pool.map(about, _present([*clusters, *further]))
        known = {task.task_key: task for task in read}
        past = history.result()
        return evidence.model_copy(
            update={
                "tasks": tuple(known.get(task.task_key, task) for task in tasks),
                "earlier_attempts": tuple(earlier),
                "nested": nested,
                "clusters": tuple(with_libraries),
                "warehouses": tuple(each for each in warehouses if each),
                "pipelines": tuple(each for each in pipelines if each),
                "job": job.result(),
                "recent_runs": past.recent,
                "changed_code": past.changed_code,
                "changed_settings": past.changed_settings,
                "linked_runs": tuple(started.not_followed),
            }
        )

    def _job(self, job_id: str) -> JobFacts | None:
        if not job_id:
            return None
        what = f"job {job_id}"
        found = self._attempts.read(what, lambda: self._workspace.get_job(job_id))
        raw = self._attempts.in_form(what, found, JOB)
        self.job_settings = part(raw, "settings") if raw else {}
        return self._attempts.read(what, lambda: job_facts(raw)) if raw else None


def _present(clusters: Iterable[ClusterFacts | None]) -> list[ClusterFacts]:
    return [each for each in clusters if each]


def _unseen_clusters(seen: Sequence[TaskFacts], inner: Sequence[TaskFacts]) -> list[str]:
    known = clusters_of(seen)
    return [each for each in clusters_of([*seen, *inner]) if each not in known]
