"""Pipelines: updates one at a time, retried by the platform first, and their event log."""

from copy import deepcopy
from datetime import timedelta
from uuid import UUID

from simulator.errors import ResourceConflictError, ResourceMissingError
from simulator.ids import next_id
from simulator.model.failure_kinds import failure_texts
from simulator.records import About, Attempt, End, JobRun, Json, Pipeline, Update
from simulator.scenario import Failure, PipelineEntry
from simulator.tasks import Tasks
from simulator.world import World

OVER = {"COMPLETED", "FAILED", "CANCELED"}
RETRY_AFTER = timedelta(seconds=30)


class Pipelines:
    """All pipelines of the workspace."""

    def __init__(self, world: World, tasks: Tasks) -> None:
        self._world = world
        self._tasks = tasks
        tasks.special["pipeline_task"] = self._run_task
        world.clock.on("update_done", self._done)
        world.clock.on("update_retry", self._retry)

    def get(self, pipeline_id: str) -> Pipeline:
        """Find a pipeline; raises ResourceMissingError."""
        pipeline = self._world.state.pipelines.get(pipeline_id)
        if pipeline is None:
            raise ResourceMissingError(f"The specified pipeline {pipeline_id} was not found.")
        return pipeline

    def start_update(self, pipeline_id: str, body: Json, cause: str = "API_CALL") -> Update:
        """Start an update; raises ResourceConflictError while one is active."""
        pipeline = self.get(pipeline_id)
        active = active_update(pipeline)
        if active is not None:
            raise ResourceConflictError(
                f"An active update {active.update_id} already exists for pipeline {pipeline_id}."
            )
        return self._begin(
            pipeline, cause, self._entry(pipeline).retries, full=bool(body.get("full_refresh"))
        )

    def stop(self, pipeline_id: str) -> None:
        """Cancel the active update, if there is one."""
        pipeline = self.get(pipeline_id)
        active = active_update(pipeline)
        if active is not None:
            self._end(pipeline, active, "CANCELED", None)

    def edit(self, pipeline_id: str, spec: Json) -> None:
        """Replace the specification; refused when somebody changed it since it was read."""
        pipeline = self.get(pipeline_id)
        expected = spec.pop("expected_last_modified", None)
        if expected is not None and int(expected) != pipeline.last_modified:
            raise ResourceConflictError("The pipeline was modified in the meantime.")
        pipeline.spec = deepcopy(spec)
        pipeline.last_modified = self._world.clock.milliseconds

    def _begin(self, pipeline: Pipeline, cause: str, retries: int, *, full: bool) -> Update:
        update = Update(
            update_id=str(UUID(int=next_id(self._world.state))),
            state="RUNNING",
            cause=cause,
            full_refresh=full,
            creation_time=self._world.clock.milliseconds,
            retries_left=retries,
        )
        pipeline.updates.append(update)
        self._event(pipeline, update, "INFO", "update_progress", "Update is RUNNING.")
        self._world.clock.after(
            self._entry(pipeline).duration,
            "update_done",
            pipeline_id=pipeline.pipeline_id,
            update_id=update.update_id,
        )
        return update

    def _done(self, about: About) -> None:
        pipeline, update = self._of(about)
        if update.state in OVER:
            return
        failure = self._failure(pipeline)
        self._end(pipeline, update, "FAILED" if failure else "COMPLETED", failure)

    def _end(self, pipeline: Pipeline, update: Update, state: str, failure: Failure | None) -> None:
        update.state = state
        level = "ERROR" if failure else "INFO"
        words = f"Update {update.update_id} is {state}."
        self._event(pipeline, update, level, "update_progress", words, failure)
        if failure and update.retries_left:
            self._world.clock.after(
                RETRY_AFTER,
                "update_retry",
                pipeline_id=pipeline.pipeline_id,
                update_id=update.update_id,
            )
            return
        self._end_task(update, failure)

    def _retry(self, about: About) -> None:
        pipeline, failed = self._of(about)
        if active_update(pipeline) is not None:
            return
        update = self._begin(
            pipeline, "RETRY_ON_FAILURE", failed.retries_left - 1, full=failed.full_refresh
        )
        update.run_id, update.attempt = failed.run_id, failed.attempt

    def _run_task(self, run: JobRun, attempt: Attempt) -> None:
        """Start an update for a task; the task ends with it."""
        task: Json = attempt.spec["pipeline_task"]
        try:
            update = self.start_update(str(task["pipeline_id"]), task, "JOB_TASK")
        except (ResourceConflictError, ResourceMissingError) as error:
            self._tasks.end(run, attempt, _failed(error.message))
            return
        update.run_id, update.attempt = run.run_id, attempt.run_id

    def _end_task(self, update: Update, failure: Failure | None) -> None:
        run = self._world.state.runs.get(update.run_id)
        for attempt in run.attempts if run else []:
            if run and attempt.run_id == update.attempt:
                words = f"Update {update.update_id} {update.state.lower()}. {_words(failure)}"
                end = End() if update.state == "COMPLETED" else _failed(words.strip())
                self._tasks.end(run, attempt, end)

    def _failure(self, pipeline: Pipeline) -> Failure | None:
        for number, failure in enumerate(self._entry(pipeline).fails):
            scope = f"pipeline/{pipeline.pipeline_id}"
            if self._world.still_happens(scope, f"fails-{number}", failure):
                return failure
        return None

    def _entry(self, pipeline: Pipeline) -> PipelineEntry:
        return self._world.scenario.pipelines[pipeline.name]

    def _of(self, about: About) -> tuple[Pipeline, Update]:
        pipeline = self._world.state.pipelines[str(about["pipeline_id"])]
        return pipeline, find_update(pipeline, str(about["update_id"]))

    def _event(
        self,
        pipeline: Pipeline,
        update: Update,
        level: str,
        kind: str,
        message: str,
        failure: Failure | None = None,
    ) -> None:
        event: Json = {
            "id": str(UUID(int=next_id(self._world.state))),
            "timestamp": f"{self._world.clock.milliseconds}",
            "level": level,
            "event_type": kind,
            "message": message,
            "origin": {"pipeline_id": pipeline.pipeline_id, "update_id": update.update_id},
        }
        if failure is not None:
            event["error"] = {
                "fatal": not update.retries_left,
                "exceptions": [{"message": _words(failure)}],
            }
        pipeline.events.append(event)


def active_update(pipeline: Pipeline) -> Update | None:
    """The update that has not ended."""
    return next((item for item in pipeline.updates if item.state not in OVER), None)


def find_update(pipeline: Pipeline, update_id: str) -> Update:
    """Find an update; raises ResourceMissingError."""
    for update in pipeline.updates:
        if update.update_id == update_id:
            return update
    raise ResourceMissingError(f"Update {update_id} was not found.")


def _words(failure: Failure | None) -> str:
    return (failure.error or failure_texts()[failure.kind].error) if failure else ""


def _failed(message: str) -> End:
    return End(
        result="FAILED",
        code="RUN_EXECUTION_ERROR",
        type="CLIENT_ERROR",
        message=message,
        error=message,
    )
