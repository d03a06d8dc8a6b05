"""A saved job: the clusters it makes are changed in its settings."""

from collections.abc import Iterable, Iterator

from activities.reading.loops import repeated, with_repeated
from activities.reading.values import part, parts
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import reset_job, update_job
from lakemend.compute.raw_settings import differing_fields
from lakemend.errors import InvalidRequestError
from lakemend.step import Target

_KEYED = {"tasks": "task_key", "job_clusters": "job_cluster_key"}
_READ_ONLY = "SYSTEM_MANAGED"
_DEPLOYED = frozenset({"BUNDLE", _READ_ONLY})


def is_deployed(settings: Json) -> bool:
    """Tell whether a tool owns the job (databricks-sdk: jobs.JobEditMode, JobDeploymentKind)."""
    kind = part(settings, "deployment").get("kind")
    return settings.get("edit_mode") == "UI_LOCKED" or kind in _DEPLOYED


class JobResource:
    """The settings of one job; the target names the job cluster or the task that is meant."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace = workspace
        self._target = target
        self.id = target.id
        self.name = target.resource

    def read(self) -> Seen:
        """Read all tasks and job clusters."""
        return Seen(part(self._workspace.get_job(self._target.id), "settings"))

    def refuse_unchangeable(self, seen: Seen) -> None:
        """Leave jobs alone that a tool owns: its next deployment would overwrite the change.

        A playbook may opt in, but for those that nobody can edit (databricks-sdk: jobs.JobEditMode,
        jobs.JobDeploymentKind.SYSTEM_MANAGED).
        """
        kind = part(seen.settings, "deployment").get("kind")
        opted_in = self._target.edit_deployed and kind != _READ_ONLY
        if is_deployed(seen.settings) and not opted_in:
            owner = f"deployed as {kind}" if kind else "locked for editing"
            raise InvalidRequestError(self.name, f"the job is {owner}; its settings are not ours")

    def spec(self, settings: Json) -> Json:
        """Return `new_cluster` of the job cluster or the task."""
        entry = repeated(self._entry(settings))
        if not entry.get("new_cluster"):
            raise InvalidRequestError(self.name, f"{self._place} has no cluster of its own")
        return part(entry, "new_cluster")

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Send the whole entry: jobs/update merges entries by key, but nothing inside them."""
        entry = self._changed_entry(seen.settings, fields)
        return update_job(self._target.id, {self._array: [entry]}, summary)

    def interrupts(self, seen: Seen, fields: Json) -> list[str]:
        """Nobody: active runs keep the clusters they have."""
        del seen, fields
        return []

    def changed(self, settings: Json, fields: Json) -> Json:
        """All settings, with the one entry changed."""
        old, new = self._entry(settings), self._changed_entry(settings, fields)
        entries = [new if each is old else each for each in parts(settings, self._array)]
        return {**settings, self._array: entries}

    def restorations(self, before: Json, seen: Seen) -> Iterator[Write]:
        """First put back only what differs; then, should that not be enough, everything."""
        yield self._partial(before, seen.settings)
        yield reset_job(self._target.id, before, f"Put all settings of job {self._target.id} back")

    @property
    def _array(self) -> str:
        return "job_clusters" if self._target.job_cluster_key else "tasks"

    @property
    def _place(self) -> str:
        key = self._target.job_cluster_key or self._target.task_key
        return f"{self._array}[{key}]"

    def _changed_entry(self, settings: Json, fields: Json) -> Json:
        cluster = {**self.spec(settings), **fields}
        entry = self._entry(settings)
        return with_repeated(entry, lambda task: {**task, "new_cluster": cluster})

    def _entry(self, settings: Json) -> Json:
        key = self._target.job_cluster_key or self._target.task_key
        entries = parts(settings, self._array)
        found = [each for each in entries if each.get(_KEYED[self._array]) == key]
        if not found:
            raise InvalidRequestError(self.name, f"{self._place} is not in the job's settings")
        return found[0]

    def _partial(self, before: Json, now: Json) -> Write:
        differing = [
            name for name in before if differing_fields({"": before[name]}, {"": now.get(name)})
        ]
        new_settings = {
            name: changed_entries(name, before[name], now.get(name)) for name in differing
        }
        added = [name for name in now if name not in before]
        fields = ", ".join([*differing, *added])
        summary = f"Put {fields} of job {self._target.id} back"
        return update_job(self._target.id, new_settings, summary, fields_to_remove=added)


def changed_entries(name: str, before: Iterable[Json], now: object) -> object:
    """Of tasks and job clusters only the changed entries; jobs/update keeps the others."""
    if name not in _KEYED or not isinstance(now, list):
        return before
    return [entry for entry in before if entry not in now]
