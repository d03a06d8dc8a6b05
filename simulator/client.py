"""A client of the control API, for tests and the demo."""

import time
from collections.abc import Callable
from typing import Any

import httpx

Json = dict[str, Any]


class Control:
    """Moves a simulated workspace. Every method raises httpx.HTTPStatusError when refused."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/simulator", timeout=30, trust_env=False)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def status(self) -> Json:
        """Time, pace, whether all is quiet, and the ids of jobs and clusters by name."""
        return self._get("/status")

    def job_id(self, name: str) -> int:
        """Id of a job of the scenario."""
        return int(self.status()["jobs"][name])

    def cluster_id(self, name: str) -> str:
        """Id of a cluster of the scenario."""
        return str(self.status()["clusters"][name])

    def warehouse_id(self, name: str) -> str:
        """Id of a warehouse of the scenario."""
        return str(self.status()["warehouses"][name])

    def pipeline_id(self, name: str) -> str:
        """Id of a pipeline of the scenario."""
        return str(self.status()["pipelines"][name])

    def start(self) -> None:
        """Begin the scenario's schedule."""
        self._post("/start", {})

    def advance(self, seconds: float) -> None:
        """Jump ahead by this much time before the factor."""
        self._post("/time", {"advance": seconds})

    def set_pace(self, factor: float | None = None, *, frozen: bool | None = None) -> None:
        """Change the time factor for what begins from now on; freeze or thaw."""
        self._post("/time", {"factor": factor, "frozen": frozen})

    def run_job(self, name: str, parameters: dict[str, str] | None = None) -> int:
        """Start a job as a person would; gives the run's id."""
        return int(self._post(f"/jobs/{name}/run", {"parameters": parameters or {}})["run_id"])

    def repair_as_person(self, run_id: int) -> int:
        """Repair a run as a person would; gives the repair's id."""
        return int(self._post(f"/people/runs/{run_id}/repair", {})["repair_id"])

    def cancel_as_person(self, run_id: int) -> None:
        """Cancel a run as a person would."""
        self._post(f"/people/runs/{run_id}/cancel", {})

    def edit_as_person(self, job: str, settings: Json) -> None:
        """Change a job's settings as a person would."""
        self._post(f"/people/jobs/{job}/settings", {"settings": settings})

    def delete_job_as_person(self, job: str) -> None:
        """Delete a job as a person would."""
        self._post(f"/people/jobs/{job}/delete", {})

    def terminate_cluster(
        self,
        name: str,
        code: str = "USER_REQUEST",
        type: str = "SUCCESS",  # noqa: A002 - the platform's word
        parameters: dict[str, str] | None = None,
    ) -> None:
        """Let a cluster end for any reason."""
        body = {"code": code, "type": type, "parameters": parameters or {}}
        self._post(f"/clusters/{name}/terminate", body)

    def add_fault(self, kind: str, **rule: Any) -> Json:
        """Inject a fault; `rule` has the fields of simulator.faults.Fault."""
        return self._post("/faults", {"kind": kind, **rule})

    def faults(self) -> list[Json]:
        """The faults at work and how often each has hit."""
        return self._get("/faults")

    def clear_faults(self) -> None:
        """End all faults."""
        self._http.delete("/faults").raise_for_status()

    def requests(self, after: int = 0) -> list[Json]:
        """The request log."""
        return self._get("/requests", after=after)

    def invariants(self) -> Json:
        """What a recovery must have left true."""
        return self._get("/invariants")

    def expectations(self) -> Json:
        """What the scenario expects of recovery, by job."""
        return self._get("/expectations")

    def runs(self) -> list[Json]:
        """All runs in short."""
        return self._get("/runs")

    def run(self, run_id: int) -> Json:
        """One run in short."""
        return next(run for run in self.runs() if run["run_id"] == run_id)

    def send_webhooks_to(
        self, url: str, user: str = "", password: str = "", destination: str = ""
    ) -> None:
        """Say where notifications go: all, or those for one destination."""
        target = {"destination": destination, "url": url, "user": user, "password": password}
        self._post("/webhooks/target", target)

    def webhooks(self) -> list[Json]:
        """All messages and the answers to them."""
        return self._get("/webhooks")

    def deliver_again(self, delivery_id: int, times: int = 1) -> None:
        """Send a message again."""
        self._post(f"/webhooks/{delivery_id}/deliver", {"times": times})

    def send_alert(self, destination: str, body: Json) -> None:
        """Send any JSON to a destination."""
        self._post("/alerts", {"destination": destination, "body": body})

    def send_azure_alert(
        self, cluster: str, destination: str = "azure", condition: str = "Fired"
    ) -> Json:
        """Send Azure Monitor's alert on a cluster's end; gives its body."""
        order = {"cluster": cluster, "destination": destination, "condition": condition}
        return self._post("/alerts/azure", order)["body"]

    def expire_tokens(self) -> None:
        """End the life of every OAuth token."""
        self._post("/tokens/expire", {})

    def wait_for_run(self, run_id: int, timeout: float = 120) -> Json:
        """Wait until a run has ended; raises TimeoutError."""
        ended = {"TERMINATED", "SKIPPED"}
        self.wait_until(lambda: self.run(run_id)["phase"] in ended, timeout)
        return self.run(run_id)

    def wait_until(self, reached: Callable[[], bool], timeout: float = 120) -> None:
        """Wait for a condition; raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError("the simulated workspace did not get there in time")
            time.sleep(0.02)

    def _get(self, path: str, **query: Any) -> Any:
        answer = self._http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: Json) -> Any:
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()
