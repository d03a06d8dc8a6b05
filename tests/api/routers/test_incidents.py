from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from lakemend.audit import AuditEntry
from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.incident import (
    HealthCheckResult,
    IncidentView,
    Outcome,
    Stage,
    StepRecord,
    StepStatus,
    incident_id,
)
from records import Records

_START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def view(run_id: str, **changes: Any) -> IncidentView:
    fields: dict[str, Any] = {
        "incident_id": incident_id("default", run_id),
        "workspace": "default",
        "run_id": run_id,
        "job_id": "662012345678901",
        "started_at": _START,
        "workflow_run_id": f"workflow-run-{run_id}",
    }
    return IncidentView.model_validate(fields | changes)


def recovered(run_id: str) -> IncidentView:
    step = StepRecord(action="repair_run", started_at=_START, target=f"run-{run_id}")
    return view(
        run_id,
        job_name="nightly-orders",
        run_page_url="https://workspace.invalid/run",
        stage=Stage.ENDED,
        outcome=Outcome.RECOVERED,
        message="the second repair succeeded",
        diagnosis=Diagnosis(
            cause=Cause.NETWORK_TRANSIENT,
            error_type="DatabricksNetworkError",
            remedy=Remedy.RETRY,
        ),
        playbook="DatabricksNetworkError",
        breaker="DatabricksNetworkError:job-662012345678901",
        breaker_state="closed",
        steps=(
            step.model_copy(update={"status": StepStatus.FAILED}),
            step.model_copy(update={"status": StepStatus.SUCCEEDED, "attempt": 2}),
            step.model_copy(update={"status": StepStatus.SKIPPED, "action": "wait"}),
        ),
        health_checks=(HealthCheckResult(check="run_succeeded", passed=True),),
        failure_keys=(f"default/{run_id}/original/1",),
        ended_at=_START + timedelta(seconds=90),
    )


async def test_ended_incident_is_told_in_full(api: httpx.AsyncClient, records: Records) -> None:
    ended = recovered("9007199254740995")
    number = records.save_incident(ended)
    entry = AuditEntry(
        entry_id="recovered-995",
        at=_START,
        subject=ended.incident_id,
        kind="incident.recovered",
        message="the second repair succeeded",
    )
    records.append_audit([entry])

    answer = await api.get(f"/api/incidents/{ended.incident_id}")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["success"], told["outcome"]) == (True, "recovered")
    assert told["run_id"] == "9007199254740995"
    assert told["message"] == "the second repair succeeded"
    assert told["actions_taken"] == [
        "repair_run run-9007199254740995: failed (attempt 1)",
        "repair_run run-9007199254740995: succeeded (attempt 2)",
    ]
    assert told["health_check_passed"] is True
    assert told["circuit_breaker_status"] == "closed"
    assert told["execution_time_seconds"] == 90
    assert (told["fallback_used"], told["chain_executed"]) == (False, [])
    assert told["metadata"]["playbook"] == "DatabricksNetworkError"
    assert told["diagnosis"]["cause"] == "network_transient"
    assert len(told["steps"]) == 3
    assert (told["ticket"], told["ticket_status"]) == (number, "closed")
    assert [entry["kind"] for entry in told["audit"]] == ["incident.recovered"]
    assert told["links"] == {
        "api": "/api/incidents/incident:default:run-9007199254740995",
        "temporal_ui": "http://127.0.0.1:8233/namespaces/default/workflows/"
        "incident%3Adefault%3Arun-9007199254740995/workflow-run-9007199254740995",
        "run_page": "https://workspace.invalid/run",
    }


async def test_open_incident_has_neither_succeeded_nor_failed(
    api: httpx.AsyncClient, records: Records
) -> None:
    running = view("31", stage=Stage.WAITING_FOR_RUN)
    records.save_incident(running)

    told = (await api.get(f"/api/incidents/{running.incident_id}")).json()

    assert told["success"] is None
    assert told["stage"] == "waiting_for_run"
    assert told["health_check_passed"] is None
    assert told["circuit_breaker_status"] == "not_asked"
    assert told["execution_time_seconds"] > 0


async def test_incident_is_known_from_the_moment_it_was_accepted(api: httpx.AsyncClient) -> None:
    body = {"event_type": "jobs.on_failure", "run": {"run_id": 32}}
    accepted = (await api.post("/databricks-monitor", json=body)).json()

    answer = await api.get(accepted["status_url"])

    assert answer.status_code == 200
    assert answer.json()["incident_id"] == accepted["incident_id"]
    assert (answer.json()["stage"], answer.json()["success"]) == ("arrived", None)


async def test_unknown_incident_is_a_problem(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/incidents/incident:default:run-404")

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:problem-type:lakemend:unknown-incident"


@pytest.mark.parametrize(
    "path",
    [
        "/api/incidents/run-5",
        "/api/incidents/incident:default:run-%00",
        "/api/incidents?cursor=5",
        "/api/incidents?limit=0",
        "/api/incidents?outcome=fine",
        "/api/incidents?job_id=%00",
    ],
)
async def test_parameter_that_cannot_be_read_is_named(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)

    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["field"].startswith(("path.", "query."))


async def test_a_misspelled_parameter_is_named_with_those_there_are(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/incidents?job_id=77&outcom=failed&open=true")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["query.outcom", "query.open"]
    assert answer.json()["errors"][0]["value"] == "failed"
    assert "outcome" in answer.json()["errors"][0]["remedy"]


async def test_list_is_paged_newest_first(api: httpx.AsyncClient, records: Records) -> None:
    for number in range(5):
        records.save_incident(view(f"{100 + number}", job_id="77"))

    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while not pages or cursor:
        query = {"job_id": "77", "limit": "2"} | cursor
        page = (await api.get("/api/incidents", params=query)).json()
        pages.append([incident["run_id"] for incident in page["incidents"]])
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}

    assert pages == [["104", "103"], ["102", "101"], ["100"]]


async def test_list_can_be_narrowed(api: httpx.AsyncClient, records: Records) -> None:
    records.save_incident(view("201", job_id="78", stage=Stage.ENDED, outcome=Outcome.ESCALATED))
    records.save_incident(view("202", job_id="78"))
    records.save_incident(view("203", job_id="78", stage=Stage.ENDED, outcome=Outcome.RECOVERED))

    async def listed(query: str) -> list[str]:
        page = (await api.get(f"/api/incidents?job_id=78&{query}")).json()
        return [incident["run_id"] for incident in page["incidents"]]

    assert await listed("outcome=escalated") == ["201"]
    assert await listed("open_only=true") == ["202", "201"]
    assert await listed("workspace=finance") == []
