"""Replace a library that did not install by an older version of it."""

from collections.abc import Sequence

from activities.actions.action import Plan, Try
from activities.actions.library_replacement import AT_ONCE, SOON, replace_on_cluster
from activities.actions.settings_change import Patch, SettingsChange
from activities.errors import StillChangingError
from activities.reading.loops import repeated, with_repeated
from activities.reading.run import newest_tasks, task_facts
from activities.reading.values import part, parts
from activities.workspace import Json, Workspace
from lakemend import actions
from lakemend.compute.libraries import choose_failed, described, fallbacks, package_of, with_version
from lakemend.errors import InvalidRequestError, InvalidStateError, NotFoundError, WorkspaceError
from lakemend.evidence import TaskFacts
from lakemend.step import ResourceKind, StepResult

_NAME = "install_library_version"


class InstallLibraryVersion(SettingsChange[actions.InstallLibraryVersion]):
    """On an all-purpose cluster at once; for a job cluster in its tasks, for the next repair."""

    parameters = actions.InstallLibraryVersion

    def plan(self, tried: Try[actions.InstallLibraryVersion]) -> Plan:
        """Decide by where the library is."""
        target = tried.step.target
        if target is not None and target.kind is ResourceKind.LIBRARIES:
            return replace_on_cluster(self._records, tried, target)
        return super().plan(tried)

    def confirm(
        self, tried: Try[actions.InstallLibraryVersion], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """On a cluster, wait by failing: a later try makes the next move."""
        if _on_cluster(tried):
            raise StillChangingError(plan.result.message, AT_ONCE)
        return super().confirm(tried, plan, answers)

    def recover(
        self, tried: Try[actions.InstallLibraryVersion], plan: Plan, error: WorkspaceError
    ) -> StepResult:
        """A cluster whose state does not allow the call any more is read again."""
        if _on_cluster(tried) and isinstance(error, InvalidStateError):
            raise StillChangingError(f"{plan.result.message}: {error.detail}", SOON) from error
        raise error

    def patch(self, tried: Try[actions.InstallLibraryVersion], spec: Json) -> Patch:
        """Put the nth version below the failed one into every task that has that library."""
        chosen = tried.parameters
        failed = choose_failed(_failed_in_run(tried, spec), chosen.package, chosen.versions)
        versions = fallbacks(failed, chosen.versions)
        if len(versions) < chosen.nth:
            problem = f"{described(failed)} has only {len(versions)} versions to fall back to"
            raise InvalidRequestError(_NAME, problem)
        version = versions[chosen.nth - 1]
        tasks = [_replaced(task, failed, version) for task in parts(spec, "tasks")]
        return Patch({"tasks": tasks}, f"Replace {described(failed)} by {version}")


def _on_cluster(tried: Try[actions.InstallLibraryVersion]) -> bool:
    target = tried.step.target
    return target is not None and target.kind is ResourceKind.LIBRARIES


def _replaced(task: Json, failed: Json, version: str) -> Json:
    libraries = parts(repeated(task), "libraries")
    if failed not in libraries:
        return task
    new = [with_version(each, version) if each == failed else each for each in libraries]
    return with_repeated(task, lambda named: {**named, "libraries": new})


def _failed_in_run(tried: Try[actions.InstallLibraryVersion], settings: Json) -> list[Json]:
    """Return the libraries of the failed tasks that their clusters report, or a message names."""
    raw = tried.workspace.get_run(tried.step.run_id)
    tasks = [task_facts(each) for each in newest_tasks(raw)]
    failed = [task for task in tasks if task.task_key in tried.step.failed_tasks]
    keys = {task.task_key for task in failed}
    declared: list[Json] = []
    for task in parts(settings, "tasks"):
        declared += parts(repeated(task), "libraries") if task["task_key"] in keys else []
    reported = _reported(tried.workspace, failed)
    found = [each for each in declared if each in reported]
    return found or [each for each in declared if _is_named(each, failed)]


def _reported(workspace: Workspace, tasks: list[TaskFacts]) -> list[Json]:
    libraries: list[Json] = []
    for cluster_id in sorted({task.compute.cluster_id for task in tasks} - {""}):
        try:
            statuses = workspace.library_statuses(cluster_id)
        except NotFoundError:
            continue
        libraries += [part(each, "library") for each in statuses if each.get("status") == "FAILED"]
    return libraries


def _is_named(library: Json, tasks: list[TaskFacts]) -> bool:
    package = package_of(library)
    said = " ".join(task.state_message for task in tasks).lower()
    return package is not None and package.name.rpartition(":")[2] in said
