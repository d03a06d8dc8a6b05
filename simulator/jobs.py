"""Saved jobs: raw settings, and how update and reset change them.

Unknown fields are kept, as the platform keeps those that an older client does not know.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from simulator.errors import InvalidParameterError
from simulator.ids import next_id
from simulator.records import Actor, Edit, Job, Json
from simulator.world import World

MERGED_BY_KEY = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "parameters": "name",
    "environments": "environment_key",
}


class Jobs:
    """All jobs of the workspace. `changed` is told of each new version of a job's settings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.changed: list[Callable[[Job], None]] = []

    def get(self, job_id: int) -> Job:
        """Find a job; raises InvalidParameterError."""
        job = self._world.state.jobs.get(job_id)
        if job is None:
            raise InvalidParameterError(f"Job {job_id} does not exist.")
        return job

    def find(self, name_or_id: str) -> Job:
        """Find a job by its name in the scenario, its name or its id."""
        jobs = self._world.state.jobs
        if name_or_id.isdecimal() and int(name_or_id) in jobs:
            return jobs[int(name_or_id)]
        for job in jobs.values():
            if name_or_id in {job.name_in_scenario, job.settings.get("name")}:
                return job
        raise InvalidParameterError(f"Job {name_or_id} does not exist.")

    def create(self, settings: Json, name: str = "", creator: str = "") -> Job:
        """Save a new job. A single-task job gets its list of tasks as the platform shows it."""
        _check_keys(settings)
        creator = creator or self._world.scenario.user
        complete = {"format": "MULTI_TASK", "max_concurrent_runs": 1, **deepcopy(settings)}
        job = Job(
            job_id=next_id(self._world.state),
            settings=complete,
            wanted=deepcopy(complete),
            created_time=self._world.clock.milliseconds,
            creator=creator,
            run_as=str(settings.get("run_as", {}).get("user_name", creator)),
            name_in_scenario=name,
        )
        self._world.state.jobs[job.job_id] = job
        return job

    def update(self, job_id: int, changes: Json, removed: list[str], by: Actor = "api") -> None:
        """Replace top-level fields; lists of tasks and clusters are merged by their key."""
        job = self.get(job_id)
        settings = merged(job.settings, changes)
        for field in removed:
            _remove(settings, field)
        self._write(job, settings, by, "update")

    def reset(self, job_id: int, settings: Json, by: Actor = "api") -> None:
        """Replace everything; only `run_as` stays when the new settings leave it out."""
        job = self.get(job_id)
        complete = {"format": "MULTI_TASK", "max_concurrent_runs": 1, **deepcopy(settings)}
        if "run_as" in job.settings:
            complete.setdefault("run_as", job.settings["run_as"])
        self._write(job, complete, by, "reset")

    def delete(self, job_id: int) -> None:
        """Remove a job; its runs stay readable."""
        self.get(job_id)
        self._world.state.deleted_jobs.append(job_id)
        del self._world.state.jobs[job_id]

    def _write(self, job: Job, settings: Json, by: Actor, call: str) -> None:
        _check_keys(settings)
        self._check_nodes(settings)
        job.settings = settings
        if by == "person":
            job.wanted = deepcopy(settings)
        job.edits.append(Edit(at=self._world.clock.milliseconds, by=by, call=call))
        for hook in self.changed:
            hook(job)

    def _check_nodes(self, settings: Json) -> None:
        entries = [*settings.get("job_clusters", []), *settings.get("tasks", [])]
        for entry in entries:
            cluster: Json = entry.get("new_cluster") or {}
            for key in ("node_type_id", "driver_node_type_id"):
                if cluster.get(key):
                    self._world.node_types.get(str(cluster[key]))


def merged(settings: Json, changes: Json) -> Json:
    """Put changes over settings by the rules of `jobs/update`; neither argument is changed."""
    result = deepcopy(settings)
    for field, value in deepcopy(changes).items():
        key = MERGED_BY_KEY.get(field)
        result[field] = _merge_list(result.get(field, []), value, key) if key else value
    return result


def _merge_list(old: list[Json], new: list[Json], key: str) -> list[Json]:
    replaced = {item[key]: item for item in new}
    kept = [replaced.pop(item[key], item) for item in old]
    return [*kept, *replaced.values()]


def _remove(settings: Json, field: str) -> None:
    """Remove a top-level field, or one entry of a merged list: `tasks/load`."""
    name, _, entry = field.partition("/")
    if not entry:
        settings.pop(name, None)
    elif name in MERGED_BY_KEY:
        key = MERGED_BY_KEY[name]
        settings[name] = [item for item in settings.get(name, []) if item[key] != entry]


def _check_keys(settings: Json) -> None:
    tasks: list[Any] = settings.get("tasks", [])
    keys = [task.get("task_key") for task in tasks]
    if not all(keys) or len(set(keys)) != len(keys):
        raise InvalidParameterError("Each task needs a task_key of its own.")
    for task in tasks:
        unknown = {item["task_key"] for item in task.get("depends_on", [])} - set(keys)
        if unknown:
            raise InvalidParameterError(
                f"Task '{task['task_key']}' depends on unknown tasks: {', '.join(sorted(unknown))}"
            )
