"""The simulated workspace of a trial."""

from typing import Any

from bench.proof.trial import Failing, Shape, Trial, Trouble
from simulator.model.failure_kinds import FailureKind, failure_texts
from simulator.scenario import Scenario

SECRET = "dapi0123456789abcdef0123456789abcdef"
"""Planted in settings and in what tasks say; nothing that we keep may show it."""
DESTINATION = "recovery"

Json = dict[str, Any]

_CLUSTER: Json = {
    "spark_version": "15.4.x-scala2.12",
    "node_type_id": "m5.xlarge",
    "num_workers": 2,
    "aws_attributes": {"availability": "SPOT_WITH_FALLBACK", "first_on_demand": 1},
    "spark_conf": {"fs.azure.account.key.lake.dfs.core.windows.net": SECRET},
}
_NOTEBOOK: Json = {"notebook_path": "/load", "base_parameters": {"api_token": SECRET}}
_NEEDS = {"memory": 30, "too_much_memory": 5000}


def workspace_of(trial: Trial, url: str, user: str, password: str) -> Scenario:
    """Return the scenario; notifications go to `url`."""
    jobs: Json = {}
    for number, failing in enumerate(trial.jobs):
        jobs |= _jobs(f"job{number}", failing)
    shared = {"spec": {**_CLUSTER, "num_workers": 2}, "autostart": False}
    return Scenario.model_validate(
        {
            "time_factor": 200,
            "delays": {"cluster_start": "20s", "cluster_restart": "20s", "cluster_resize": "10s"},
            "destinations": [{"id": DESTINATION, "url": url, "user": user, "password": password}],
            "webhooks": {
                "ids": trial.ids,
                "delay": "60s" if trial.late else "0s",
                "reorder": trial.reordered,
            },
            "defaults": {
                "webhook_notifications": {
                    "on_failure": [{"id": DESTINATION}],
                    "on_success": [{"id": DESTINATION}],
                }
            },
            "clusters": {"shared": shared},
            "warehouses": {"warehouse": {"settings": {"cluster_size": "Small"}}},
            "pipelines": {f"pipeline{n}": _pipeline(each) for n, each in enumerate(trial.jobs)},
            "jobs": jobs,
            "actors": [
                {
                    "job": f"job{number}",
                    "when": failing.deed.when,
                    "delay": f"{failing.deed.delay_seconds}s",
                    "do": failing.deed.do,
                    "settings": {"tags": {"touched": "by a person"}},
                }
                for number, failing in enumerate(trial.jobs)
                if failing.deed
            ],
            "faults": [
                _fault(f"job{number}", trouble)
                for number, failing in enumerate(trial.jobs)
                for trouble in failing.troubles
            ],
        }
    )


def _jobs(name: str, failing: Failing) -> Json:
    number = name.removeprefix("job")
    if failing.shape is Shape.RUN_JOB:
        call = {"task_key": "call", "run_job_task": {"job_id": f"{name}_called"}}
        return {
            name: {"settings": {"tasks": [call]}, "deliver": failing.copies},
            f"{name}_called": _job(failing, [_on_job_cluster("load")]),
        }
    tasks: dict[Shape, list[Json]] = {
        Shape.ONE_TASK: [_on_job_cluster("load")],
        Shape.SERVERLESS: [{"task_key": "load", "notebook_task": _NOTEBOOK}],
        Shape.DAG: [
            _on_job_cluster("extract"),
            {**_on_job_cluster("load"), "depends_on": [{"task_key": "extract"}]},
            {
                "task_key": "report",
                "notebook_task": _NOTEBOOK,
                "depends_on": [{"task_key": "load"}],
                "run_if": "ALL_DONE",
            },
            {
                "task_key": "publish",
                "notebook_task": _NOTEBOOK,
                "depends_on": [{"task_key": "load"}, {"task_key": "extract"}],
            },
        ],
        Shape.SHARED_CLUSTER: [
            {"task_key": "load", "existing_cluster_id": "shared", "notebook_task": _NOTEBOOK}
        ],
        Shape.FOR_EACH: [
            {
                "task_key": "load",
                "for_each_task": {
                    "inputs": '["a", "b", "c"]',
                    "task": {"task_key": "item", "notebook_task": _NOTEBOOK},
                },
            }
        ],
        Shape.WAREHOUSE: [{"task_key": "load", "sql_task": {"warehouse_id": "warehouse"}}],
        Shape.PIPELINE: [
            {"task_key": "load", "pipeline_task": {"pipeline_id": f"pipeline{number}"}}
        ],
    }
    return {name: _job(failing, tasks[failing.shape])}


def _on_job_cluster(key: str) -> Json:
    return {"task_key": key, "job_cluster_key": "main", "notebook_task": _NOTEBOOK}


def _job(failing: Failing, tasks: list[Json]) -> Json:
    cluster = {"job_cluster_key": "main", "new_cluster": _CLUSTER}
    behaviour: Json = {"duration": "30s"}
    if failing.failure in _NEEDS:
        behaviour["needs"] = {"driver_memory_gb": _NEEDS[failing.failure]}
    else:
        behaviour["fails"] = _failure(failing)
    if failing.shape is Shape.FOR_EACH and "fails" in behaviour:
        behaviour["iterations"] = {"b": behaviour.pop("fails")}
    return {
        "settings": {"job_clusters": [cluster], "tasks": tasks, "unknown_to_us": {"kept": []}},
        "tasks": {"load": behaviour},
        "deliver": failing.copies,
    }


def _failure(failing: Failing) -> Json:
    trace = failure_texts()[FailureKind(failing.failure)].trace
    said = f"{trace}\nconnecting with password={SECRET}"
    return {"kind": failing.failure, "times": failing.times, "error_trace": said}


def _pipeline(failing: Failing) -> Json:
    known = failing.shape is Shape.PIPELINE and failing.failure not in _NEEDS
    fails = [_failure(failing)] if known else []
    return {"spec": {"catalog": "main"}, "fails": fails, "duration": "30s"}


def _fault(job: str, trouble: Trouble) -> Json:
    fault: Json = {
        "kind": trouble.kind,
        "path": trouble.path,
        "about": job,
        "nth": trouble.nth,
        "times": trouble.times,
        "seconds": trouble.seconds,
    }
    if trouble.kind == "status":
        fault["status"] = trouble.status
        fault["body"] = {"error_code": _WORDS[trouble.status], "message": "in the way"}
        # every second rule is so polite as to say for how long
        if trouble.status == 429 and trouble.nth % 2:
            fault["headers"] = {"retry-after": "1"}
    return fault


_WORDS = {
    400: "INVALID_PARAMETER_VALUE",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
