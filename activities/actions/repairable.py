"""Which run a repair is about: the failed one, or the run of another job that a task of it started.

To repair a `run_job_task` in its parent starts the other job from its beginning. Where nothing else
in the parent failed or waits for it, the failed tasks are repaired in their own run instead, and
what had succeeded there is not repeated. The parent then stays as it was in the list of runs.
"""

from dataclasses import dataclass

from activities.actions.action import Try
from activities.reading.run import newest_tasks, run_facts, task_facts
from activities.reading.values import identifier, part
from activities.resources.stored import Shelf
from activities.workspace import Json, Workspace
from lakemend import actions
from lakemend.errors import InvalidRequestError, NotFoundError
from lakemend.evidence import RunFacts, RunPhase, run_phase
from records import Records

_DEEPEST = 5
_FINE = frozenset({"SUCCESS", "EXCLUDED"})


@dataclass(frozen=True)
class Repairable:
    """A run as it is now, and what was known of it when the step began."""

    raw: Json
    run: RunFacts
    latest_repair_id: str
    failed_tasks: tuple[str, ...]
    nested: bool = False


def find_repairable(records: Records, tried: Try[actions.RepairRun]) -> Repairable:
    """Read the run to repair.

    Raises InvalidRequestError for what cannot be repaired: one-time runs, and runs of deleted jobs.
    """
    step, workspace = tried.step, tried.workspace
    raw = workspace.get_run(step.run_id)
    run = run_facts(raw)
    _refuse_unrepairable(run)
    inner = _innermost(workspace, raw)
    if inner is None:
        return Repairable(raw, run, step.latest_repair_id, step.failed_tasks)
    run = run_facts(inner)
    _refuse_unrepairable(run)
    begun: Json = {"repair": run.latest_repair_id, "tasks": _failed(inner)}
    if not step.dry_run:
        shelf = Shelf(records, step.workspace, step.incident_id, f"run-{run.run_id}")
        begun = shelf.keep_beginning(step.token, begun)
    return Repairable(inner, run, begun["repair"], tuple(begun["tasks"]), nested=True)


def refuse_deleted_job(workspace: Workspace, run: RunFacts) -> None:
    """A repair takes the job's current settings; of a deleted one there are none."""
    try:
        workspace.get_job(run.job_id)
    except NotFoundError as error:
        detail = f"job {run.job_id} of run {run.run_id} was deleted: nothing to repair it from"
        raise InvalidRequestError("repair_run", detail) from error


def _refuse_unrepairable(run: RunFacts) -> None:
    if run.run_type not in {"", "JOB_RUN"}:
        detail = f"run {run.run_id} is a {run.run_type}: it has no saved job to repair from"
        raise InvalidRequestError("repair_run", detail)


def _innermost(workspace: Workspace, raw: Json) -> Json | None:
    """Follow run-job tasks down to the run whose own tasks failed."""
    found: Json | None = None
    for _ in range(_DEEPEST):
        task = _only_failure(raw)
        nested = _started_by(workspace, task) if task else ""
        if not nested:
            return found
        raw = workspace.get_run(nested)
        found = raw
    return found


def _only_failure(raw: Json) -> Json | None:
    """Return the run-job task whose failure is all that is wrong with a run."""
    unwell = [each for each in newest_tasks(raw) if task_facts(each).result_state not in _FINE]
    alone = len(unwell) == 1 and run_phase(run_facts(raw)) is RunPhase.FAILED
    return unwell[0] if alone and unwell[0].get("run_job_task") else None


def _started_by(workspace: Workspace, task: Json) -> str:
    output = workspace.get_run_output(identifier(task.get("run_id")))
    return identifier(part(output, "run_job_output").get("run_id"))


def _failed(raw: Json) -> list[str]:
    tasks = [task_facts(each) for each in newest_tasks(raw)]
    return [task.task_key for task in tasks if task.failed]
