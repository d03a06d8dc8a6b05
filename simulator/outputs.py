"""What runs/get-output says of a task's run."""

from simulator.records import Attempt, JobRun, Json
from simulator.tasks import Tasks
from simulator.views import Views


class Outputs:
    """Outputs of attempts."""

    def __init__(self, tasks: Tasks, views: Views) -> None:
        self._tasks = tasks
        self._views = views

    def of(self, run: JobRun, attempt: Attempt) -> Json:
        """Error and trace of a failed attempt, or the result of one that succeeded."""
        body: Json = {"metadata": self._views.task_run(run, attempt)}
        end = attempt.end
        if attempt.nested_run_id and "run_job_task" in attempt.spec:
            body["run_job_output"] = {"run_id": attempt.nested_run_id}
        if end is None:
            return body
        if end.succeeded:
            result = self._tasks.behaviour(run, attempt.task_key).output
            body["notebook_output"] = {"result": result, "truncated": False}
            return body
        if "notebook_task" in attempt.spec:
            body["notebook_output"] = {}
        else:
            body["logs"] = end.error_trace
            body["logs_truncated"] = False
        if end.error or end.message:
            body["error"] = end.error or end.message
        if end.error_trace:
            body["error_trace"] = end.error_trace
        return body
