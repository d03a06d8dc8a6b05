"""The jobs of a trial, and in which way each of them fails."""

from typing import Any

from bench.proof.trial import Failing, Shape
from simulator.model.failure_kinds import FailureKind, failure_texts

SECRET = "dapi0123456789abcdef0123456789abcdef"
"""Planted in settings and in what tasks say; nothing that we keep may show it."""

Json = dict[str, Any]

_SCARCE = ("c5.xlarge", "c5.2xlarge", "i3.xlarge", "i3.2xlarge")
_NOTEBOOK: Json = {"notebook_path": "/load", "base_parameters": {"api_token": SECRET}}
_NEEDS = {"memory": 30, "too_much_memory": 5000}
_LIMIT: Json = {"kind": "unknown", "code": "WORKSPACE_RUN_LIMIT_EXCEEDED", "error": "Too many runs"}


def cluster(node_type: str = "m5.xlarge") -> Json:
    """Return the attributes of a cluster."""
    return {
        "spark_version": "15.4.x-scala2.12",
        "node_type_id": node_type,
        "num_workers": 2,
        "aws_attributes": {"availability": "SPOT_WITH_FALLBACK", "first_on_demand": 1},
        "spark_conf": {"fs.azure.account.key.lake.dfs.core.windows.net": SECRET},
    }


def jobs_of(number: int, failing: Failing) -> Json:
    """Return the failing job, and the one that it calls if it does."""
    name = f"job{number}"
    if failing.shape is Shape.RUN_JOB:
        call = {"task_key": "call", "run_job_task": {"job_id": f"{name}_called"}}
        caller = {"settings": {"tasks": [call]}, "deliver": failing.copies}
        return {name: caller, f"{name}_called": _job(number, failing, [_on_job_cluster("load")])}
    return {name: _job(number, failing, _tasks(number, failing.shape))}


def capacity_of(number: int, failing: Failing) -> list[Json]:
    """Return the stock-out of a job that finds no machines."""
    if failing.failure != "no_machines":
        return []
    return [{"node_type": _SCARCE[number], "times": failing.times}]


def warehouse_of(failing: Failing) -> Json:
    """Return the warehouse of a job; it is ill where there are no machines."""
    ill = failing.failure == "no_machines"
    return {"settings": {"cluster_size": "Small"}, "unhealthy": ill}


def pipeline_of(failing: Failing) -> Json:
    """Return the pipeline of a job, whose updates fail as the job does."""
    fails = _fails(failing) if failing.shape is Shape.PIPELINE else []
    return {"spec": {"catalog": "main"}, "fails": fails, "duration": "30s"}


def _tasks(number: int, shape: Shape) -> list[Json]:
    if shape is Shape.DAG:
        return _dag()
    loop = {"inputs": '["a", "b", "c"]', "task": {"task_key": "item", "notebook_task": _NOTEBOOK}}
    elsewhere: dict[Shape, Json] = {
        Shape.FOR_EACH: {"for_each_task": loop},
        Shape.PIPELINE: {"pipeline_task": {"pipeline_id": f"pipeline{number}"}},
        Shape.SERVERLESS: {"notebook_task": _NOTEBOOK},
        Shape.SHARED_CLUSTER: {"existing_cluster_id": "shared", "notebook_task": _NOTEBOOK},
        Shape.WAREHOUSE: {"sql_task": {"warehouse_id": f"warehouse{number}"}},
    }
    if shape in elsewhere:
        return [{"task_key": "load", **elsewhere[shape]}]
    return [_on_job_cluster("load")]


def _dag() -> list[Json]:
    """Return a task before the failing one, one that runs all the same, and one that does not."""
    after_load: Json = {"notebook_task": _NOTEBOOK, "depends_on": [{"task_key": "load"}]}
    return [
        _on_job_cluster("extract"),
        {**_on_job_cluster("load"), "depends_on": [{"task_key": "extract"}]},
        {**after_load, "task_key": "report", "run_if": "ALL_DONE"},
        {**after_load, "task_key": "publish"},
    ]


def _on_job_cluster(key: str) -> Json:
    return {"task_key": key, "job_cluster_key": "main", "notebook_task": _NOTEBOOK}


def _job(number: int, failing: Failing, tasks: list[Json]) -> Json:
    node_type = _SCARCE[number] if failing.failure == "no_machines" else "m5.xlarge"
    settings: Json = {
        "job_clusters": [{"job_cluster_key": "main", "new_cluster": cluster(node_type)}],
        "tasks": tasks,
        "unknown_to_us": {"kept": []},
    }
    if failing.failure == "too_slow":
        settings["timeout_seconds"] = 40
    behaviour: Json = {"duration": "30s"}
    if failing.failure in _NEEDS:
        behaviour["needs"] = {"driver_memory_gb": _NEEDS[failing.failure]}
    if failing.shape is Shape.FOR_EACH:
        behaviour["iterations"] = {"b": _fails(failing)}
    else:
        behaviour["fails"] = _fails(failing)
    return {"settings": settings, "tasks": {"load": behaviour}, "deliver": failing.copies}


def _fails(failing: Failing) -> list[Json]:
    """Return the failure as the scenario words it; none where the model decides."""
    if failing.failure == "too_many_runs":
        return [{**_LIMIT, "times": failing.times, "count": "job"}]
    if failing.failure not in set(FailureKind):
        return []
    trace = failure_texts()[FailureKind(failing.failure)].trace
    said = f"{trace}\nconnecting with password={SECRET}"
    return [{"kind": failing.failure, "times": failing.times, "error_trace": said}]
