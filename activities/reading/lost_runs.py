"""Runs that died with a cluster, pipeline or warehouse.

The platform has no such query: runs are listed by the time of their start, with their tasks, and
those with a failed task in the right place at the right time are kept.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from activities.reading.attempts import Attempts
from activities.reading.form import RUN
from activities.reading.run import run_facts, task_facts
from activities.reading.values import identifier, part, parts
from activities.workspace import Json, Workspace
from lakemend.evidence import (
    ACTIVE_STATES,
    LostRun,
    ResourceFacts,
    ResourcePhase,
    RunPhase,
    TaskFacts,
    run_phase,
)

MOST_LISTED = 1000
MOST_LOST = 200

# A run that began earlier is not found: a list by the time of the end does not exist.
LONGEST_RUN = timedelta(days=7)

# A task may notice the end before the cluster's own log does.
_BEFORE = timedelta(minutes=2)
# A warehouse keeps no history, so only failures of the last minutes are taken for its own.
_JUST_NOW = timedelta(minutes=30)

RECENT = timedelta(hours=6)
"""A later report is told how the resource stands; it digs up no old runs."""

IsThere = Callable[[TaskFacts], bool]


class LostRuns:
    """Looks for the runs that one resource took with it; none where it did not fail."""

    def __init__(
        self, workspace: Workspace, attempts: Attempts, resource: ResourceFacts, now: datetime
    ) -> None:
        self._workspace = workspace
        self._attempts = attempts
        self._resource = resource
        self._now = now

    def on_cluster(self, cluster_id: str, until: datetime) -> tuple[LostRun, ...]:
        """Find runs with a task that died on a cluster, which was away `until` then."""
        since = self._resource.failed_at
        return self._find(since, until, lambda task: task.compute.cluster_id == cluster_id)

    def on_resource(self, id_: str, since: datetime | None) -> tuple[LostRun, ...]:
        """Find runs with a task that failed on a pipeline or warehouse."""
        began = since or self._now - _JUST_NOW
        return self._find(began, self._now, lambda task: task.compute.resource_id == id_)

    def _find(
        self, since: datetime | None, until: datetime, is_there: IsThere
    ) -> tuple[LostRun, ...]:
        failed = self._resource.phase in {ResourcePhase.FAILED, ResourcePhase.BACK}
        if not failed or since is None or self._now - since > RECENT:
            return ()
        began, ended = since - _BEFORE, until + _BEFORE
        runs = [run for run in self._listed(began, ended) if _died(run, began, ended, is_there)]
        found = {each.run_id: each for each in map(self._of_parent, runs)}
        if len(found) > MOST_LOST:
            what = f"runs beyond the first {MOST_LOST}"
            self._attempts.note(what, "too many died with it; the others are not handed over")
        return tuple(found.values())[:MOST_LOST]

    def _listed(self, began: datetime, ended: datetime) -> Iterable[Json]:
        since, until = (int(each.timestamp() * 1000) for each in (began - LONGEST_RUN, ended))
        over = self._attempts.read(
            "ended runs",
            lambda: self._workspace.ended_runs(
                since=since, until=until, at_most=MOST_LISTED, expand_tasks=True
            ),
        )
        active = self._attempts.read(
            "active runs", lambda: self._workspace.list_runs(active_only=True, expand_tasks=True)
        )
        if over and len(over) >= MOST_LISTED:
            why = f"the workspace has more than {MOST_LISTED}; only the newest were looked through"
            self._attempts.note("older ended runs", why)
        listed = self._attempts.in_form("listed runs", [*(over or ()), *(active or ())], [RUN])
        return [self._whole(run) for run in listed]

    def _whole(self, run: Json) -> Json:
        """Read a run of more than 100 tasks whole: a list shows the first 100 of each."""
        if not run.get("has_more"):
            return run
        run_id = identifier(run.get("run_id"))
        what = f"run {run_id}"
        whole = self._attempts.read(what, lambda: self._workspace.get_run(run_id))
        return self._attempts.in_form(what, whole, RUN) or run

    def _of_parent(self, run: Json) -> LostRun:
        """Name the run, or the one whose task started it: that one's repair repeats both.

        `trigger_info.run_id` of a run that a Run Job task started is the task's own run
        (databricks-sdk: jobs.TriggerInfo).
        """
        task_run = identifier(part(run, "trigger_info").get("run_id"))
        if task_run and run.get("trigger") == "RUN_JOB_TASK":
            what = f"run {task_run}"
            answer = self._attempts.read(what, lambda: self._workspace.get_run(task_run))
            found: Json = self._attempts.in_form(what, answer, RUN) or {}
            parent = identifier(found.get("job_run_id") or found.get("run_id"))
            if parent:
                return LostRun(run_id=parent, job_id=identifier(found.get("job_id")))
        facts = run_facts(run)
        return LostRun(run_id=facts.run_id, job_id=facts.job_id, job_name=facts.run_name)


def _died(run: Json, began: datetime, ended: datetime, is_there: IsThere) -> bool:
    """Whether a task of a failed or active run failed there and then."""
    phase = run_phase(run_facts(run))
    if phase not in {RunPhase.FAILED, RunPhase.ACTIVE}:
        return False
    tasks = [task_facts(each) for each in parts(run, "tasks") if each.get("task_key")]
    return any(is_there(task) and _was_hit(task, began, ended) for task in tasks)


def _was_hit(task: TaskFacts, began: datetime, ended: datetime) -> bool:
    if task.started_at is None or task.started_at > ended:
        return False
    if task.life_cycle_state in ACTIVE_STATES:
        return task.started_at <= began + _BEFORE  # it is about to fail
    return task.failed and task.ended_at is not None and began <= task.ended_at <= ended
