"""Tasks that run no code of their own: conditions, runs of other jobs, and loops."""

import json

from simulator.ids import next_id
from simulator.model.outcome import decide
from simulator.records import About, Attempt, End, JobRun, Json, Phase
from simulator.runs import Runs
from simulator.scenario import Limited, TaskBehaviour
from simulator.tasks import Tasks
from simulator.world import World


class SpecialTasks:
    """Condition, run-job and for-each tasks."""

    def __init__(self, world: World, runs: Runs, tasks: Tasks) -> None:
        self._world = world
        self._runs = runs
        self._tasks = tasks
        tasks.special["condition_task"] = self._condition
        tasks.special["run_job_task"] = self._run_job
        tasks.special["for_each_task"] = self._loop
        runs.finished.append(self._child_ended)
        world.clock.on("iteration_done", self._iteration_done)

    def _condition(self, run: JobRun, attempt: Attempt) -> None:
        """End at once; the branch that was not taken is left out."""
        holds = self._tasks.behaviour(run, attempt.task_key).condition
        attempt.outcome = "true" if holds else "false"
        self._tasks.end(run, attempt, End())

    def _run_job(self, run: JobRun, attempt: Attempt) -> None:
        """Start a run of the other job; this task ends with it."""
        task: Json = attempt.spec["run_job_task"]
        body = {"job_id": task["job_id"], "job_parameters": task.get("job_parameters", {})}
        child = self._runs.run_now(
            {**body, "queue": {"enabled": True}}, by="platform", trigger="RUN_JOB_TASK"
        )
        child.parent_run_id, attempt.nested_run_id = run.run_id, child.run_id
        self._child_ended(child)

    def _child_ended(self, child: JobRun) -> None:
        parent = self._world.state.runs.get(child.parent_run_id)
        if parent is None or child.end is None:
            return
        for attempt in parent.attempts:
            if attempt.nested_run_id == child.run_id and not attempt.over:
                self._tasks.end(parent, attempt, _like(child, child.end))

    def _loop(self, run: JobRun, attempt: Attempt) -> None:
        """Start one iteration for each input; all at once, whatever the concurrency."""
        loop: Json = attempt.spec["for_each_task"]
        behaviour = self._tasks.behaviour(run, attempt.task_key)
        for text in _inputs(loop):
            iteration = self._iteration(run, attempt, loop["task"])
            self._begin(run, attempt, iteration, behaviour, text)
        if not attempt.iterations:
            self._tasks.end(run, attempt, End())

    def _iteration(self, run: JobRun, attempt: Attempt, spec: Json) -> Attempt:
        now = self._world.clock.milliseconds
        iteration = Attempt(
            run_id=next_id(self._world.state),
            job_run_id=run.run_id,
            task_key=str(spec["task_key"]),
            attempt_number=attempt.attempt_number,
            spec=spec,
            phase=Phase.RUNNING,
            created_time=now,
            start_time=now,
            execution_time=now,
            cluster_id=attempt.cluster_id,
        )
        attempt.iterations.append(iteration)
        self._world.index.added(run, iteration)
        return iteration

    def _begin(
        self, run: JobRun, attempt: Attempt, iteration: Attempt, behaviour: TaskBehaviour, text: str
    ) -> None:
        """Decide an iteration by its input's own failures, else by those of the task."""
        fails = behaviour.iterations.get(text, [] if behaviour.iterations else behaviour.fails)
        scope = f"run/{run.run_id}/{attempt.task_key}/{text}"

        def still_happens(key: str, rule: Limited) -> bool:
            return self._world.still_happens(scope, key, rule)

        chosen = behaviour.model_copy(update={"fails": fails})
        machine = self._tasks.machine(attempt)
        outcome = decide(chosen, machine, iteration.spec, still_happens)
        iteration.planned = outcome.end
        self._world.clock.after(
            outcome.after,
            "iteration_done",
            run_id=run.run_id,
            attempt=attempt.run_id,
            iteration=iteration.run_id,
        )

    def _iteration_done(self, about: About) -> None:
        run = self._world.state.runs[int(about["run_id"])]
        attempt = next(item for item in run.attempts if item.run_id == about["attempt"])
        now = self._world.clock.milliseconds
        for iteration in attempt.iterations:
            if iteration.run_id == about["iteration"] and not iteration.over:
                iteration.phase, iteration.end = Phase.TERMINATED, iteration.planned
                iteration.end_time = now
        if all(iteration.over for iteration in attempt.iterations):
            self._tasks.end(run, attempt, _of_loop(attempt))


def _like(child: JobRun, end: End) -> End:
    """A run-job task ends as its run did, and points to it."""
    if end.succeeded:
        return End()
    return End(
        result=end.result,
        code="RUN_EXECUTION_ERROR" if end.result == "FAILED" else end.code,
        type="CLIENT_ERROR",
        message=f"Run {child.run_id} of job {child.job_id} failed: {end.message}",
    )


def _inputs(loop: Json) -> list[str]:
    raw = loop.get("inputs", "[]")
    values = json.loads(raw) if isinstance(raw, str) else raw
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _of_loop(attempt: Attempt) -> End:
    failed = [item.end for item in attempt.iterations if item.end and not item.end.succeeded]
    if not failed:
        return End()
    message = f"{len(failed)} of {len(attempt.iterations)} iterations failed."
    # what went wrong is said by the iterations' own outputs
    return failed[0].model_copy(update={"message": message, "error": "", "error_trace": ""})
