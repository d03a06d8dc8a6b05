"""What changed between two runs of a job, in code and settings, as far as the runs themselves show.

The platform tells the commit of a Git source, the runtime, the libraries and what each task runs.
It does not tell that a notebook or a file was edited, or that a wheel was overwritten under its own
name.
"""

from collections.abc import Mapping
from typing import Any, cast

from lakemend.compute.libraries import package_of
from lakemend.compute.raw_settings import differences
from lakemend.settings_view import change_line

Json = dict[str, Any]

MOST_LINES = 20

# What a task runs, without the parameters it runs with (databricks-sdk: jobs.RunTask).
_ENTRY_POINTS = {
    "notebook_task": ("notebook_path", "source"),
    "spark_python_task": ("python_file", "source"),
    "python_wheel_task": ("package_name", "entry_point"),
    "spark_jar_task": ("main_class_name", "jar_uri"),
    "dbt_task": ("project_directory", "source", "commands"),
    "pipeline_task": ("pipeline_id",),
    "run_job_task": ("job_id",),
}


# With what a task runs, of all that a run shows; a job's own time limit is in its settings only.
_SETTINGS = (
    "depends_on",
    "environment_key",
    "existing_cluster_id",
    "job_cluster_key",
    "max_retries",
    "new_cluster",
    "retry_on_timeout",
    "run_if",
    "timeout_seconds",
)


def setting_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Compare the clusters of jobs and the tasks that both runs have; secrets are hidden."""
    return _lines(_settings(before), _settings(after))


def code_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Compare two runs of one job, each task that both have; lines like `commit: a1 -> b2`."""
    return _lines(_code(before), _code(after))


def _lines(old: Json, new: Json) -> tuple[str, ...]:
    common = {name: value for name, value in old.items() if name in new}
    found = differences(common, {name: new[name] for name in common})
    return tuple(change_line(each) for each in found[:MOST_LINES])


def _code(run: Mapping[str, Any]) -> Json:
    """Describe each part under a name of its own; what the platform does not tell is left out."""
    parts = {"commit": _commit(run), "deployment version": run.get("version_id")}
    for cluster in _list(run, "job_clusters"):
        key = f"job_clusters[{cluster.get('job_cluster_key')}].spark_version"
        parts[key] = _dict(cluster, "new_cluster").get("spark_version")
    for task in _list(run, "tasks"):
        repeated = _dict(_dict(task, "for_each_task"), "task") or task
        parts[f"tasks[{task.get('task_key')}]"] = _code_of_task(repeated)
    return {name: value for name, value in parts.items() if value}


def _settings(run: Mapping[str, Any]) -> Json:
    parts: Json = {}
    for cluster in _list(run, "job_clusters"):
        key = f"job_clusters[{cluster.get('job_cluster_key')}]"
        parts[key] = _without_version(_dict(cluster, "new_cluster"))
    for task in _list(run, "tasks"):
        repeated = _dict(_dict(task, "for_each_task"), "task") or task
        chosen = {name: repeated[name] for name in _SETTINGS if repeated.get(name)}
        if "new_cluster" in chosen:
            chosen["new_cluster"] = _without_version(_dict(chosen, "new_cluster"))
        parts[f"tasks[{task.get('task_key')}]"] = chosen
    return parts


def _without_version(cluster: Json) -> Json:
    return {name: value for name, value in cluster.items() if name != "spark_version"}


def _code_of_task(task: Json) -> Json:
    code: Json = {
        "commit": _commit(task),
        "spark_version": _dict(task, "new_cluster").get("spark_version"),
        "libraries": dict(map(_library, _list(task, "libraries"))),
    }
    for kind, names in _ENTRY_POINTS.items():
        runs = {name: _dict(task, kind).get(name) for name in names}
        code[kind] = {name: value for name, value in runs.items() if value}
    return {name: value for name, value in code.items() if value}


def _commit(run: Mapping[str, Any]) -> str:
    """Return the commit that was used (databricks-sdk: jobs.GitSnapshot), not a branch's name."""
    return _dict(_dict(run, "git_source"), "git_snapshot").get("used_commit") or ""


def _library(library: Json) -> tuple[str, str]:
    """Name a library without its version, and its version; a path is all that some have."""
    kind = next(iter(library), "library")
    package = package_of(library)
    if package:
        return f"{kind}:{package.name}", package.version or "whichever is newest"
    return f"{kind}:{library.get(kind)}", "installed"


def _dict(raw: Mapping[str, Any], name: str) -> Json:
    value = raw.get(name)
    return cast("Json", value) if isinstance(value, dict) else {}


def _list(raw: Mapping[str, Any], name: str) -> list[Json]:
    value = raw.get(name)
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("Json", each) for each in entries if isinstance(each, dict)]
