import asyncio
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from lakemend.audit import AuditEntry
from lakemend.breaker.settings import WhenOpen
from lakemend.breaker.view import BreakerInput
from lakemend.permit import (
    BREAKER_WORKFLOW,
    BreakerSettings,
    PermitRequest,
    breaker_workflow_id,
)
from records import Records
from tests.api.breakers import opened_breaker


async def listed(api: httpx.AsyncClient, name: str) -> dict[str, Any]:
    """Return the list once it shows the breaker; the server's list follows after a moment."""
    while True:
        answer = (await api.get("/api/circuit-breakers")).json()
        if name in [circuit["name"] for circuit in answer["circuits"]]:
            return answer
        await asyncio.sleep(0.05)


async def audited(records: Records, name: str, by: str) -> AuditEntry:
    """Return what somebody did to the breaker once it is written down."""
    while True:
        for entry in records.audit_of(f"breaker:{name}"):
            if entry.actor == by:
                return entry
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("worker")
async def test_open_breaker_is_listed_with_when_to_try_again(
    api: httpx.AsyncClient, temporal: Client
) -> None:
    name = "DatabricksNetworkError:job-1"
    await opened_breaker(temporal, name)

    answer = await listed(api, name)

    (circuit,) = [circuit for circuit in answer["circuits"] if circuit["name"] == name]
    assert (circuit["state"], circuit["failures"]) == ("open", 1)
    assert circuit["retry_at"] > circuit["opened_at"]
    assert answer["total_circuits"] == len(answer["circuits"])
    assert answer["open_circuits"] >= 1


@pytest.mark.usefixtures("worker")
async def test_reset_closes_the_breaker_in_the_name_of_the_token(
    api: httpx.AsyncClient, temporal: Client, records: Records, make_token: Any
) -> None:
    name = "DatabricksNetworkError:job-2"
    await opened_breaker(temporal, name)

    answer = await api.post(
        f"/api/circuit-breakers/{name}/reset",
        headers={"authorization": f"Bearer {make_token(sub='anna')}"},
        json={"reason": "the network is back"},
    )

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["state"]) == (name, "closed")
    assert (await audited(records, name, by="anna")).reason == "the network is back"


@pytest.mark.usefixtures("worker")
async def test_breaker_can_be_held_open_without_a_reason(
    api: httpx.AsyncClient, temporal: Client, make_token: Any
) -> None:
    name = "finance:DatabricksNetworkError:job-3"
    await opened_breaker(temporal, name)

    headers = {"authorization": f"Bearer {make_token()}"}
    answer = await api.post(f"/api/circuit-breakers/{name}/open", headers=headers)

    assert (answer.status_code, answer.json()["state"]) == (200, "forced_open")
    assert (await api.get(f"/api/circuit-breakers/{name}")).json()["state"] == "forced_open"


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("order", "state"),
    [("force-open", "forced_open"), ("disable", "disabled"), ("metrics-only", "metrics_only")],
)
async def test_breaker_is_held_for_a_time(
    api: httpx.AsyncClient, temporal: Client, make_token: Any, order: str, state: str
) -> None:
    name = f"DatabricksNetworkError:job-{order}"
    await opened_breaker(temporal, name)
    headers = {"authorization": f"Bearer {make_token(sub='anna')}"}

    answer = await api.post(
        f"/api/circuit-breakers/{name}/{order}",
        headers=headers,
        json={"reason": "maintenance", "expires_after": "2h"},
    )

    assert (answer.status_code, answer.json()["state"]) == (200, state)
    events = (await api.get(f"/api/circuit-breakers/{name}/history")).json()["events"]
    assert [event["to_circuit"] for event in events] == ["open", state]
    assert (events[-1]["actor"], events[-1]["reason"]) == ("anna", "maintenance")


@pytest.mark.usefixtures("worker")
async def test_settings_of_a_breaker_are_changed_and_named_when_wrong(
    api: httpx.AsyncClient, temporal: Client, make_token: Any
) -> None:
    name = "DatabricksNetworkError:job-6"
    await opened_breaker(temporal, name)
    url = f"/api/circuit-breakers/{name}/configure"
    headers = {"authorization": f"Bearer {make_token()}"}

    changed = await api.post(url, headers=headers, json={"settings": {"cool_down": "1m"}})
    wrong = await api.post(url, headers=headers, json={"settings": {"cool_dwon": "1m"}})

    assert changed.json()["overrides"] == {"cool_down": "1m"}
    assert wrong.status_code == 422
    assert "a breaker has no setting 'cool_dwon'" in wrong.json()["errors"][0]["remedy"]


@pytest.mark.usefixtures("worker")
async def test_who_waits_is_listed_in_order(api: httpx.AsyncClient, temporal: Client) -> None:
    name = "DatabricksNetworkError:job-7"
    await opened_breaker(temporal, name)
    parking = BreakerSettings(when_open=WhenOpen.PARK)
    handle = temporal.get_workflow_handle(breaker_workflow_id(name))
    # a holder that is there to be answered, or it would lose its place
    holder = await temporal.start_workflow("Sleeper", id="holder-7", task_queue="nobody-listens")
    request = PermitRequest(request_id="2", holder=holder.id, settings=parking)
    await handle.signal("request_permit", request)

    answer = await api.get(f"/api/circuit-breakers/{name}/waiting")

    (first,) = answer.json()["waiting"]
    assert (first["place"], first["holder"]) == (1, holder.id)
    await holder.terminate()


@pytest.mark.usefixtures("worker")
async def test_prometheus_scrapes_the_states_with_a_credential(
    api: httpx.AsyncClient, stranger: httpx.AsyncClient, temporal: Client
) -> None:
    name = "DatabricksDiskFull:job-8"
    await opened_breaker(temporal, name)
    await listed(api, name)
    wanted = 'error_type="DatabricksDiskFull",scope="job",state="open",workspace="default"} 1.0'

    async def shown() -> str:
        return (await api.get("/metrics")).text

    while True:  # a look is kept for some seconds
        if wanted in await shown():
            break
        await asyncio.sleep(0.5)
    assert (await stranger.get("/metrics")).status_code == 401
    assert "job-8" not in await shown()


async def test_nobody_starts_a_breaker_that_no_incident_would_ask(
    api: httpx.AsyncClient, make_token: Any
) -> None:
    headers = {"authorization": f"Bearer {make_token()}"}

    answer = await api.post("/api/circuit-breakers/nonsense/open", headers=headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "name"


async def test_without_a_worker_the_list_still_answers_and_says_so(
    api: httpx.AsyncClient, temporal: Client
) -> None:
    name = "DatabricksNetworkError:job-4"
    await temporal.start_workflow(
        BREAKER_WORKFLOW,
        BreakerInput(name=name),
        id=breaker_workflow_id(name),
        task_queue="nobody-listens",
    )

    answer = await listed(api, name)

    (circuit,) = [circuit for circuit in answer["circuits"] if circuit["name"] == name]
    assert circuit["failures"] is None
    assert "no worker answered" in circuit["note"]
    await temporal.get_workflow_handle(breaker_workflow_id(name)).terminate()


async def test_breaker_that_is_not_running_is_unknown(
    api: httpx.AsyncClient, make_token: Any
) -> None:
    headers = {"authorization": f"Bearer {make_token()}"}
    read = await api.get("/api/circuit-breakers/DatabricksNetworkError:job-404")
    reset = await api.post(
        "/api/circuit-breakers/DatabricksNetworkError:job-404/reset", headers=headers
    )

    assert (read.status_code, reset.status_code) == (404, 404)
    assert reset.json()["type"] == "urn:problem-type:lakemend:unknown-breaker"
    assert "counts as closed" in reset.json()["detail"]


async def test_api_key_is_not_enough_for_an_order(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/circuit-breakers/DatabricksNetworkError:job-1/reset")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")


async def test_order_that_cannot_be_read_names_the_field(
    api: httpx.AsyncClient, make_token: Any
) -> None:
    answer = await api.post(
        "/api/circuit-breakers/DatabricksNetworkError:job-1/reset",
        headers={"authorization": f"Bearer {make_token()}", "content-type": "application/json"},
        content=b'{"reason": "\\ud800"}',
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.reason"
