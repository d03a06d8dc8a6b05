"""The time limits in a job's settings: of the job, and of the task that is meant."""

from activities.reading.values import parts
from activities.resources.job import JobResource
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import update_job
from lakemend.errors import InvalidRequestError
from lakemend.step import Target

_LIMIT = "timeout_seconds"
JOB, TASK = "job", "task"


class TimeLimits(JobResource):
    """A job as its time limits: `spec` is `{"job": seconds, "task": seconds}`, 0 for none."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        super().__init__(workspace, target)
        self._job_id = target.id
        self._task_key = target.task_key

    def spec(self, settings: Json) -> Json:
        """Read both limits."""
        return {
            JOB: settings.get(_LIMIT) or 0,
            TASK: self._task(settings).get(_LIMIT) or 0,
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
        if TASK in fields:
            new["tasks"] = [{**self._task(settings), _LIMIT: fields[TASK]}]
        return new

    def _task(self, settings: Json) -> Json:
        for each in parts(settings, "tasks"):
            if each.get("task_key") == self._task_key:
                return each
        raise InvalidRequestError(self.name, f"tasks[{self._task_key}] is not in its settings")
