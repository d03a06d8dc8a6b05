"""Repair a finished run: the failed tasks run again, in the same run."""

from collections.abc import Sequence
from datetime import timedelta

from activities.actions.action import Action, Plan, Try
from activities.actions.repairable import Repairable, find_repairable, refuse_deleted_job
from activities.actions.run_parameters import original_parameters
from activities.errors import StillChangingError
from activities.reading.run import repair_ids
from activities.workspace import Json
from activities.workspace.writes import repair_run
from lakemend import actions
from lakemend.errors import (
    InvalidRequestError,
    InvalidStateError,
    PermissionDeniedError,
    ThrottledError,
    WorkspaceError,
)
from lakemend.evidence import RunPhase, run_phase
from lakemend.step import StepResult

_SOON = timedelta(seconds=5)
_DOUBTFUL_TRIES = 5  # a read may lag behind our own repair, but not for long


class RepairRun(Action[actions.RepairRun]):
    """There is no idempotency token for repairs (databricks-sdk: jobs.repair_run).

    What stands in for it: the newest repair that the plan saw. `latest_repair_id` makes the
    platform refuse a second repair on top of an unseen one, and a newer repair in the run's history
    is ours if we may have acted, and somebody else's if not.

    `rerun_all_failed_tasks` rather than a list of tasks: the platform decides at the moment of the
    repair, and takes along what was skipped after a failure, which a list from evidence leaves out.
    """

    parameters = actions.RepairRun

    def plan(self, tried: Try[actions.RepairRun]) -> Plan:
        """Decide by the run's history whether a repair is still to be made."""
        found = find_repairable(self._records, tried)
        run = found.run
        if run.latest_repair_id != found.latest_repair_id:
            return Plan(_newer_repair(tried, found))
        phase = run_phase(run)
        if phase is RunPhase.ACTIVE and tried.may_have_acted:
            raise StillChangingError(f"Run {run.run_id} is active, its repair not shown yet", _SOON)
        if phase in {RunPhase.ACTIVE, RunPhase.SUCCEEDED}:
            return Plan(StepResult(message=f"Run {run.run_id} is {phase} again", superseded=True))
        refuse_deleted_job(tried.workspace, run)
        options = _options(tried, found)
        tasks = ", ".join(found.failed_tasks) or "all failed tasks"
        started = f", which run {tried.step.run_id} started" if found.nested else ""
        summary = f"Repair run {run.run_id}{started}: {tasks}"
        result = _started(found, "", summary)
        return Plan(result, (repair_run(run.run_id, options, summary),))

    def confirm(
        self, tried: Try[actions.RepairRun], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """Find the repair in the run's history."""
        repair_id = str(answers[0]["repair_id"])
        shown = repair_ids(tried.workspace.get_run(plan.result.watch_run_id))
        if repair_id not in shown:
            raise StillChangingError(f"Repair {repair_id} is not shown yet", _SOON)
        return plan.result.model_copy(update={"repair_id": repair_id})

    def recover(
        self, tried: Try[actions.RepairRun], plan: Plan, error: WorkspaceError
    ) -> StepResult:
        """Look whether the repair happened all the same: its answer may have been lost.

        A refusal after an earlier try may be about our own repair, which no read shows yet.
        """
        if isinstance(error, ThrottledError | PermissionDeniedError):
            raise error
        found = find_repairable(self._records, tried)
        shown = found.run.latest_repair_id
        if shown != found.latest_repair_id:
            return _started(found, shown, f"{plan.result.message}; found it after an error")
        refused = isinstance(error, InvalidStateError | InvalidRequestError)
        if refused and 1 < tried.number <= _DOUBTFUL_TRIES:
            raise StillChangingError(str(error), _SOON) from error
        raise error


def _newer_repair(tried: Try[actions.RepairRun], found: Repairable) -> StepResult:
    repair, run_id = found.run.latest_repair_id, found.run.run_id
    if tried.may_have_acted:
        return _started(found, repair, f"Found repair {repair} of run {run_id} started")
    message = f"Somebody else repaired run {run_id} (repair {repair or 'unknown'})"
    return StepResult(message=message, superseded=True)


def _started(found: Repairable, repair_id: str, message: str) -> StepResult:
    return StepResult(
        message=message,
        watch_run_id=found.run.run_id,
        repair_id=repair_id,
        watch_tasks=found.failed_tasks if found.nested else (),
    )


def _options(tried: Try[actions.RepairRun], found: Repairable) -> Json:
    options: Json = {"rerun_all_failed_tasks": True, **original_parameters(found.raw)}
    if tried.parameters.with_dependents:
        options["rerun_dependent_tasks"] = True
    if found.latest_repair_id:
        options["latest_repair_id"] = int(found.latest_repair_id)
    return options
