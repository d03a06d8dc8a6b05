"""What the job's other runs tell: whether it ever succeeded, and what changed since it last did."""

from activities.reading.attempts import Attempts
from activities.reading.run import newest_tasks, recent_run, run_facts
from activities.workspace import Json, Workspace
from lakemend.compute.code_versions import code_changes
from lakemend.evidence import Changes, RecentRun


class JobHistory:
    """Reads one page of the runs of a run's job, and the last before it that succeeded."""

    def __init__(self, workspace: Workspace, attempts: Attempts, raw: Json) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._raw = raw
        self._run = run_facts(raw)

    def read(self) -> tuple[tuple[RecentRun, ...], Changes]:
        """Return the other ended runs, newest first, and what changed in the code."""
        recent = self._recent_runs()
        return recent, self._changed_code(recent)

    def _recent_runs(self) -> tuple[RecentRun, ...]:
        job_id = self._run.job_id
        if not job_id:
            return ()
        what = f"recent runs of job {job_id}"
        raw = self._attempts.read(what, lambda: self._workspace.ended_runs(job_id))
        runs = [recent_run(each) for each in raw or ()]
        return tuple(each for each in runs if each.run_id != self._run.run_id)

    def _changed_code(self, recent: tuple[RecentRun, ...]) -> Changes:
        """Compare with the last success before this run: each run shows what it was made of."""
        good = next((each for each in recent if self._succeeded_before(each)), None)
        if good is None:
            return Changes()
        what = f"run {good.run_id}, the last that succeeded"
        before = self._attempts.read(what, lambda: self._workspace.get_run(good.run_id))
        if before is None:
            return Changes()
        lines = code_changes(_with_newest_tasks(before), _with_newest_tasks(self._raw))
        return Changes(since=good.run_id, lines=lines)

    def _succeeded_before(self, other: RecentRun) -> bool:
        ended, now = other.ended_at, self._run.ended_at
        before = ended is None or now is None or ended <= now
        return before and other.result_state.startswith("SUCCESS")


def _with_newest_tasks(raw: Json) -> Json:
    return {**raw, "tasks": newest_tasks(raw)}
