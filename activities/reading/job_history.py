"""What the job's other runs tell: whether it ever succeeded, and what changed since it last did."""

from typing import NamedTuple

from activities.reading.attempts import Attempts
from activities.reading.form import RUN
from activities.reading.run import newest_tasks, recent_run, run_facts
from activities.workspace import Json, Workspace
from lakemend.compute.run_changes import code_changes, setting_changes
from lakemend.evidence import Changes, RecentRun


class History(NamedTuple):
    """The other ended runs, newest first, and what differs from the last success before."""

    recent: tuple[RecentRun, ...] = ()
    changed_code: Changes = Changes()
    changed_settings: Changes = Changes()


class JobHistory:
    """Reads one page of the runs of a run's job, and the last before it that succeeded."""

    def __init__(self, workspace: Workspace, attempts: Attempts, raw: Json) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._raw = raw
        self._run = run_facts(raw)

    def read(self) -> History:
        """Read the other ended runs, and compare with one of them."""
        recent = self._recent_runs()
        good = next((each for each in recent if self._succeeded_before(each)), None)
        before = self._read_good(good.run_id) if good else None
        if good is None or before is None:
            return History(recent)
        now = _with_newest_tasks(self._raw)
        what = f"changes since run {good.run_id}"
        code = self._attempts.read(what, lambda: code_changes(before, now))
        settings = self._attempts.read(what, lambda: _setting_changes(before, now))
        return History(
            recent,
            Changes(since=good.run_id, lines=code or ()),
            Changes(since=good.run_id, lines=settings or ()),
        )

    def _recent_runs(self) -> tuple[RecentRun, ...]:
        job_id = self._run.job_id
        if not job_id:
            return ()
        what = f"recent runs of job {job_id}"
        raw = self._attempts.read(what, lambda: self._workspace.ended_runs(job_id))
        runs = self._attempts.each(what, raw, recent_run)
        return tuple(each for each in runs if each.run_id != self._run.run_id)

    def _read_good(self, run_id: str) -> Json | None:
        """Read the last success before this run: each run shows what it was made of."""
        what = f"run {run_id}, the last that succeeded"
        before = self._attempts.read(what, lambda: self._workspace.get_run(run_id))
        return _with_newest_tasks(self._attempts.in_form(what, before, RUN)) if before else None

    def _succeeded_before(self, other: RecentRun) -> bool:
        ended, now = other.ended_at, self._run.ended_at
        before = ended is None or now is None or ended <= now
        return before and other.succeeded


def _setting_changes(before: Json, now: Json) -> tuple[str, ...]:
    """A repair may have run with settings that were put back afterwards: those say nothing."""
    return () if run_facts(before).repair_count else setting_changes(before, now)


def _with_newest_tasks(raw: Json) -> Json:
    return {**raw, "tasks": newest_tasks(raw)}
