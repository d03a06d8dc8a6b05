"""The simulated workspace of a trial."""

from typing import Any

from bench.proof.failing_jobs import capacity_of, cluster, jobs_of, pipeline_of, warehouse_of
from bench.proof.trial import Failing, Trial, Trouble
from simulator.scenario import Scenario

Json = dict[str, Any]

_DESTINATION = "recovery"
_TOLD = [{"id": _DESTINATION}]
_TOO_MANY = 429
_WORDS = {
    400: "INVALID_PARAMETER_VALUE",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    _TOO_MANY: "RESOURCE_EXHAUSTED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def workspace_of(trial: Trial, url: str, user: str, password: str) -> Scenario:
    """Return the scenario; notifications go to `url`."""
    numbered = list(enumerate(trial.jobs))
    destination = {"id": _DESTINATION, "url": url, "user": user, "password": password}
    return Scenario.model_validate(
        {
            "time_factor": 200,
            "delays": {"cluster_start": "20s", "cluster_restart": "20s", "cluster_resize": "10s"},
            "destinations": [destination],
            "webhooks": {
                "ids": trial.ids,
                "delay": "60s" if trial.late else "0s",
                "reorder": trial.reordered,
            },
            "defaults": {"webhook_notifications": {"on_failure": _TOLD, "on_success": _TOLD}},
            "clusters": {"shared": {"spec": cluster(), "autostart": False}},
            "warehouses": {f"warehouse{n}": warehouse_of(each) for n, each in numbered},
            "pipelines": {f"pipeline{n}": pipeline_of(each) for n, each in numbered},
            "capacity": [out for n, each in numbered for out in capacity_of(n, each)],
            "jobs": {name: job for n, each in numbered for name, job in jobs_of(n, each).items()},
            "actors": [actor for n, each in numbered for actor in _actors(n, each)],
            "faults": [_fault(n, trouble) for n, each in numbered for trouble in each.troubles],
        }
    )


def _actors(number: int, failing: Failing) -> list[Json]:
    deed = failing.deed
    if deed is None:
        return []
    actor: Json = {
        "job": f"job{number}",
        "when": deed.when,
        "delay": f"{deed.delay_seconds}s",
        "do": deed.do,
        "settings": {"tags": {"touched": "by a person"}},
    }
    if deed.do == "terminate_cluster":
        actor |= {"target": "shared", "reason": {"code": "CLOUD_PROVIDER_SHUTDOWN"}}
    return [actor]


def _fault(number: int, trouble: Trouble) -> Json:
    fault: Json = {
        "kind": trouble.kind,
        "path": trouble.path,
        "about": f"job{number}",
        "nth": trouble.nth,
        "times": trouble.times,
        "seconds": trouble.seconds,
    }
    if trouble.kind == "status":
        fault["status"] = trouble.status
        fault["body"] = {"error_code": _WORDS[trouble.status], "message": "in the way"}
        # every second one is so polite as to say for how long
        if trouble.status == _TOO_MANY and trouble.nth % 2:
            fault["headers"] = {"retry-after": "1"}
    return fault
