"""Notebooks that a task's code runs by dbutils.notebook.run: each is a run of a job of its own.

It runs on the caller's cluster with run type `WORKFLOW_RUN` (databricks-sdk: jobs.RunType), and the
caller fails with an error that names no reason, only the called run's page.
"""

from dataclasses import replace

from simulator.ids import next_id
from simulator.model.outcome import Outcome
from simulator.records import Attempt, End, JobRun, Phase, Repair
from simulator.tasks import Tasks
from simulator.views import Views
from simulator.world import World

_FAILED = (
    "com.databricks.WorkflowException: com.databricks.NotebookExecutionException: "
    "FAILED: Workload failed, see run output for details"
)


class CalledNotebooks:
    """Runs the notebooks that the scenario says a task calls."""

    def __init__(self, world: World, tasks: Tasks, views: Views) -> None:
        self._world = world
        self._tasks = tasks
        self._views = views
        tasks.begun.append(self._begun)
        tasks.ended.append(self._ended)

    def _begun(self, run: JobRun, attempt: Attempt, outcome: Outcome) -> Outcome:
        """Start the called runs, the innermost with the end that was decided."""
        behaviour = self._tasks.behaviour(run, attempt.task_key)
        end = outcome.end
        for path in reversed(behaviour.calls):
            called = self._started(attempt, path, end)
            attempt.called_run_ids.append(called.run_id)
            if not end.succeeded:
                end = self._of_caller(called, end, links=behaviour.links)
        return replace(outcome, end=end)

    def _started(self, caller: Attempt, path: str, end: End) -> JobRun:
        now = self._world.clock.milliseconds
        state = self._world.state
        run = JobRun(
            run_id=next_id(state),
            job_id=next_id(state),
            number_in_job=1,
            run_name=path,
            run_type="WORKFLOW_RUN",
            by="platform",
            phase=Phase.RUNNING,
            start_time=now,
        )
        run.repairs.append(Repair(repair_id=0, type="ORIGINAL", by="platform", start_time=now))
        spec = {"task_key": "notebook", "notebook_task": {"notebook_path": path}}
        attempt = self._tasks.add(run, spec)
        attempt.phase, attempt.planned = Phase.RUNNING, end
        attempt.start_time = attempt.execution_time = now
        attempt.cluster_id = caller.cluster_id
        state.runs[run.run_id] = run
        self._world.index.created(run)
        return run

    def _of_caller(self, called: JobRun, end: End, *, links: bool) -> End:
        page = self._views.page(called, called.run_id)
        error = f"{_FAILED}\nNotebook run failed: {page}" if links else _FAILED
        return end.model_copy(update={"error": error, "error_trace": f"{error}\nPy4JJavaError"})

    def _ended(self, _: JobRun, attempt: Attempt) -> None:
        """End the called runs with their caller: as planned, or as whatever ended the caller."""
        for run_id in attempt.called_run_ids:
            called = self._world.state.runs[run_id]
            inner = called.attempts[0]
            end = inner.planned if attempt.end == attempt.planned else attempt.end
            now = self._world.clock.milliseconds
            called.phase = inner.phase = Phase.TERMINATED
            called.end = inner.end = called.repairs[0].end = end
            called.end_time = inner.end_time = called.repairs[0].end_time = now
