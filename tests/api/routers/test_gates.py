"""Gates over HTTP, with a worker that runs them."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from lakemend.gate.storm import StormTicket
from lakemend.gate.talk import GateRequest
from lakemend.incident import IncidentView, Outcome
from lakemend.recording import AuditInput
from records import Records


@pytest.fixture
def operator(make_token: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {make_token()}"}


@pytest.mark.usefixtures("worker")
async def test_a_pause_says_by_whom_and_why_until_it_is_resumed(
    api: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    order = {"reason": "the zone is down", "expires_after": "2h"}

    paused = await api.post("/api/gates/finance/pause", json=order, headers=operator)
    resumed = await api.post("/api/gates/finance/resume", headers=operator)

    assert paused.status_code == 200
    assert paused.json()["state"] == "paused"
    assert paused.json()["pause"]["by"] == "on-call"
    assert paused.json()["pause"]["reason"] == "the zone is down"
    assert resumed.json()["state"] == "passing"


@pytest.mark.usefixtures("worker")
async def test_everything_is_paused_and_resumed_at_once(
    api: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    paused = (await api.post("/api/gates/pause", headers=operator)).json()
    listed = (await api.get("/api/gates")).json()
    await api.post("/api/gates/resume", headers=operator)
    after = (await api.get("/api/gates")).json()

    assert [gate["workspace"] for gate in paused["gates"]] == ["default", "finance"]
    assert (listed["paused"], after["paused"]) == (2, 0)


async def test_a_gate_that_does_not_run_lets_everybody_pass(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/gates/default")

    assert answer.status_code == 200
    assert answer.json()["under_way"] == 0


async def test_an_unknown_workspace_is_refused(
    api: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    read = await api.get("/api/gates/nowhere")
    paused = await api.post("/api/gates/nowhere/pause", headers=operator)

    assert (read.status_code, paused.status_code) == (404, 404)
    assert "known are default, finance" in paused.json()["detail"]


async def test_a_pause_needs_a_token_and_a_duration_that_can_be_read(
    api: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    body = {"expires_after": "soon"}

    refused = await api.post("/api/gates/default/pause")
    unread = await api.post("/api/gates/default/pause", json=body, headers=operator)

    assert (refused.status_code, unread.status_code) == (401, 422)


async def test_a_storm_is_listed_with_its_ticket(api: httpx.AsyncClient, records: Records) -> None:
    storm_id = "storm:finance:network:1"
    storm = StormTicket(
        storm_id=storm_id, workspace="finance", cause="network", began_at=datetime.now(UTC)
    )
    records.append_with_storms(AuditInput(entries=(), storms=(storm,)))

    listed = (await api.get("/api/storms", params={"workspace": "finance"})).json()["storms"]
    one = (await api.get(f"/api/storms/{storm_id}")).json()
    missing = await api.get("/api/storms/storm:none")

    assert [each["storm_id"] for each in listed] == [storm_id]
    assert one["storm"]["ticket"].startswith("ST-")
    assert missing.status_code == 404


async def test_all_incidents_of_a_storm_are_listed_a_page_at_a_time(
    api: httpx.AsyncClient, records: Records
) -> None:
    storm_id = "storm:hr:network:1"
    incidents = [f"incident:hr:run-{number}" for number in range(1, 6)]
    for number, incident in enumerate(incidents):
        view = IncidentView(
            incident_id=incident,
            workspace="hr",
            job_name="nightly",
            started_at=datetime.now(UTC),
            storm="" if number == 0 else storm_id,
            outcome=Outcome.RECOVERED if number < 3 else None,
        )
        records.save_incident(view)
    began = datetime.now(UTC)
    storm = StormTicket(
        storm_id=storm_id,
        workspace="hr",
        cause="network",
        began_at=began,
        began_with=tuple(incidents[:2]),
    )
    records.append_with_storms(AuditInput(entries=(), storms=(storm,)))

    url = f"/api/storms/{storm_id}"
    pages = [(await api.get(url, params={"limit": 2})).json()]
    while cursor := pages[-1]["next_cursor"]:
        pages.append((await api.get(url, params={"limit": 2, "cursor": cursor})).json())
    recovered = (await api.get(url, params={"outcome": "recovered"})).json()
    refused = await api.get(url, params={"cursor": "ST-000001"})

    listed = [each for page in pages for each in page["incidents"]]
    assert [each["incident_id"] for each in listed] == incidents
    assert [each["began_it"] for each in listed] == [True, True, False, False, False]
    assert {(page["total"], page["under_way"]) for page in pages} == {(5, 2)}
    assert pages[0]["outcomes"] == {"recovered": 3}
    assert {each["job_name"] for each in listed} == {"nightly"}
    assert len(recovered["incidents"]) == 3
    assert refused.status_code == 422


@pytest.mark.usefixtures("worker")
async def test_who_waits_at_a_gate_is_listed_in_order(
    api: httpx.AsyncClient, temporal: Client, operator: dict[str, str]
) -> None:
    nobody = (await api.get("/api/gates/default/waiting")).json()
    await api.post("/api/gates/default/pause", json={"reason": "a test"}, headers=operator)
    gate = temporal.get_workflow_handle("gate:default")
    # a holder that is there to be answered, or it would lose its place
    holder = await temporal.start_workflow("Sleeper", id="at-the-gate", task_queue="nobody-listens")
    request = GateRequest(request_id="1", holder=holder.id, cause="network_transient")
    await gate.signal("request_permit", request)

    queue = (await api.get("/api/gates/default/waiting")).json()

    (first,) = queue["waiting"]
    assert (first["place"], first["holder"], first["cause"]) == (1, holder.id, "network_transient")
    assert first["reason"] == "paused by on-call: a test"
    assert nobody == {"workspace": "default", "waiting": []}
    await holder.terminate()
    await api.post("/api/gates/default/resume", headers=operator)


async def test_the_queue_of_an_unknown_workspace_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/gates/nowhere/waiting")).status_code == 404
