"""Start an ordinary update of a pipeline whose last one failed for good."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity

from activities.actions.action import Action, Plan, Try
from activities.errors import StillChangingError
from activities.reading.pipeline import error_of, error_text, update_facts
from activities.resources.stored import Shelf
from activities.workspace import Json
from activities.workspace.writes import start_update
from lakemend import actions
from lakemend.compute.pipeline_update import UpdateMove, update_move
from lakemend.errors import InvalidRequestError, InvalidStateError, WorkspaceError
from lakemend.evidence import UpdateFacts
from lakemend.step import ResourceKind, StepResult, Target

_SOON = timedelta(seconds=15)  # an update takes minutes

P = Try[actions.RestartPipelineUpdate]


class RestartPipelineUpdate(Action[actions.RestartPipelineUpdate]):
    """There is no idempotency token; the newest update that the step began with stands in for it.

    It is put aside before the first write, so that a try after a crash or a lost answer knows an
    update that came since. The platform refuses a second active update (databricks-sdk:
    pipelines.start_update).
    """

    parameters = actions.RestartPipelineUpdate

    def plan(self, tried: P) -> Plan:
        """Decide by the newest update, and wait for one that is under way."""
        target = _target(tried)
        newest = _newest(tried, target)
        error = _error(tried, target, newest)
        move = update_move(
            newest,
            tried.step.failed_at or activity.info().scheduled_time,
            began_with=self._began_with(tried, target, newest),
            will_be_retried=error.get("fatal") is False,
        )
        name = f"Update {newest.update_id} of pipeline {target.id}" if newest else "No update"
        if move is UpdateMove.WAIT and newest:
            by_platform = newest.cause == "RETRY_ON_FAILURE" or error.get("fatal") is False
            who = "; the platform retries by itself" if by_platform else ""
            raise StillChangingError(f"{name} is {newest.state}{who}", _SOON)
        if move is UpdateMove.FAILED:
            detail = f"{name} failed: {error_text(error) or 'no reason was given'}"
            raise InvalidStateError("restart_pipeline_update", detail)
        if move is UpdateMove.STEP_ASIDE:
            return Plan(StepResult(message=f"{name} was canceled by a person", superseded=True))
        if move is UpdateMove.DONE:
            return Plan(StepResult(message=f"{name} has completed since the failure"))
        summary = f"Start an update of pipeline {target.id} (no full refresh)"
        return Plan(StepResult(message=summary), (start_update(target.id, summary),))

    def confirm(self, tried: P, plan: Plan, answers: Sequence[Json]) -> StepResult:
        """Wait by failing: a later try finds the update's end."""
        del tried
        update = answers[0].get("update_id") or "unknown"
        raise StillChangingError(f"{plan.result.message}: update {update} has begun", _SOON)

    def recover(self, tried: P, plan: Plan, error: WorkspaceError) -> StepResult:
        """An update was begun by somebody else, or by our own call whose answer got lost."""
        del tried
        if isinstance(error, InvalidStateError):
            raise StillChangingError(f"{plan.result.message}: {error.detail}", _SOON) from error
        raise error

    def _began_with(self, tried: P, target: Target, newest: UpdateFacts | None) -> str:
        found = newest.update_id if newest else ""
        if tried.step.dry_run:
            return found
        step = tried.step
        shelf = Shelf(self._records, step.workspace, step.incident_id, target.resource)
        return str(shelf.keep_beginning(step.token, {"update_id": found})["update_id"])


def _target(tried: P) -> Target:
    target = tried.step.target
    if target is None or target.kind is not ResourceKind.PIPELINE:
        raise InvalidRequestError("restart_pipeline_update", "the target is not a pipeline")
    return target


def _newest(tried: P, target: Target) -> UpdateFacts | None:
    updates = [update_facts(each) for each in tried.workspace.list_updates(target.id)]
    return updates[0] if updates else None


def _error(tried: P, target: Target, newest: UpdateFacts | None) -> Json:
    if newest is None or newest.state != "FAILED":
        return {}
    return error_of(newest.update_id, tried.workspace.pipeline_errors(target.id))
