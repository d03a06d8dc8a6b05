"""The time limits in a job's settings: of the job, of the task that is meant, and of iterations."""

from activities.reading.loops import LOOP, with_repeated
from activities.reading.values import part, parts
from activities.resources.job import JobResource
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import update_job
from lakemend.errors import InvalidRequestError
from lakemend.step import Target

_LIMIT = "timeout_seconds"
JOB, TASK, ITERATION = "job", "task", "iteration"


class TimeLimits(JobResource):
    """A job as its time limits: `spec` has those of `job`, `task` and `iteration`, 0 for none.

    A for-each task has a limit for all, and each of its iterations another one.
    """

    def __init__(self, workspace: Workspace, target: Target) -> None:
        super().__init__(workspace, target)
        self._job_id = target.id
        self._task_key = target.task_key

    def spec(self, settings: Json) -> Json:
        """Read all limits."""
        task = self._task(settings)
        return {
            JOB: settings.get(_LIMIT) or 0,
            TASK: task.get(_LIMIT) or 0,
            ITERATION: part(part(task, LOOP), "task").get(_LIMIT) or 0,
        }

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Set the limits and nothing else; of the tasks, one entry is sent whole."""
        return update_job(self._job_id, self._new_settings(seen.settings, fields), summary)

    def changed(self, settings: Json, fields: Json) -> Json:
        """All settings, with the limits changed."""
        new = self._new_settings(settings, fields)
        entries = {each["task_key"]: each for each in new.pop("tasks", [])}
        tasks = [entries.get(each["task_key"], each) for each in parts(settings, "tasks")]
        return {**settings, **new, "tasks": tasks}

    def _new_settings(self, settings: Json, fields: Json) -> Json:
        new: Json = {_LIMIT: fields[JOB]} if JOB in fields else {}
        task = self._task(settings)
        if ITERATION in fields:
            task = with_repeated(task, lambda inner: {**inner, _LIMIT: fields[ITERATION]})
        if TASK in fields:
            task = {**task, _LIMIT: fields[TASK]}
        return {**new, "tasks": [task]} if {TASK, ITERATION} & fields.keys() else new

    def _task(self, settings: Json) -> Json:
        for each in parts(settings, "tasks"):
            if each.get("task_key") == self._task_key:
                return each
        raise InvalidRequestError(self.name, f"tasks[{self._task_key}] is not in its settings")
