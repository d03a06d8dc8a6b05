import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from lakemend.incident import KEEP_GOOD_SETTINGS, FailureReport, IncidentInput

_run_ids = itertools.count(9_007_199_254_740_993)  # 2^53 + 1: a float would lose the last digit


@pytest.fixture
def run_id() -> int:
    return next(_run_ids)


def notification(run_id: int | str, **changes: Any) -> dict[str, Any]:
    return {
        "event_type": "jobs.on_failure",
        "workspace_id": 1234567890123456,
        "run": {"run_id": run_id},
        "job": {"job_id": 662012345678901, "name": "nightly-orders"},
    } | changes


async def events_of(client: Client, incident_id: str) -> list[HistoryEvent]:
    history = await client.get_workflow_handle(incident_id).fetch_history()
    return list(history.events)


async def reports_of(client: Client, incident_id: str) -> list[FailureReport]:
    """Return the report that an incident began with, and those it was woken by."""
    (started, *later) = await events_of(client, incident_id)
    begun = started.workflow_execution_started_event_attributes.input
    (first,) = await pydantic_data_converter.decode(begun.payloads, [IncidentInput])
    signals = [
        event.workflow_execution_signaled_event_attributes
        for event in later
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    assert {signal.signal_name for signal in signals} <= {"report_failure"}
    decoded = [
        await pydantic_data_converter.decode(signal.input.payloads, [FailureReport])
        for signal in signals
    ]
    return [first.report, *(report for (report,) in decoded)]


async def test_failure_starts_an_incident_with_the_report(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    answer = await api.post("/databricks-monitor", json=notification(run_id))

    assert answer.status_code == 202
    incident_id = f"incident:default:run-{run_id}"
    assert answer.json() == {
        "incident_id": incident_id,
        "status_url": f"/api/incidents/{incident_id}",
        "note": "",
    }
    (report,) = await reports_of(temporal, incident_id)
    assert report.run_id == str(run_id)
    assert (report.job_id, report.job_name) == ("662012345678901", "nightly-orders")


async def test_incident_can_be_found_and_read_in_the_web_ui(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    await api.post("/databricks-monitor/finance", json=notification(run_id))

    handle = temporal.get_workflow_handle(f"incident:finance:run-{run_id}")
    described = await handle.describe()
    assert (described.workflow_type, described.task_queue) == ("IncidentWorkflow", "lakemend")
    assert await described.static_summary() == f"nightly-orders: run {run_id} failed"
    assert "nightly-orders (662012345678901)" in (await described.static_details() or "")


async def test_same_webhook_ten_times_makes_one_incident(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    posts = [api.post("/databricks-monitor", json=notification(run_id)) for _ in range(10)]
    answers = await asyncio.gather(*posts)

    assert [answer.status_code for answer in answers] == [202] * 10
    (incident_id,) = {answer.json()["incident_id"] for answer in answers}
    assert len(await reports_of(temporal, incident_id)) == 10


async def test_ids_as_strings_and_integers_mean_the_same_run(
    api: httpx.AsyncClient, run_id: int
) -> None:
    by_integer = await api.post("/databricks-monitor", json=notification(run_id))
    by_string = await api.post("/databricks-monitor", json=notification(str(run_id)))

    assert by_integer.json()["incident_id"] == by_string.json()["incident_id"]


async def test_failed_task_belongs_to_the_incident_of_its_job_run(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    task_run = {"run_id": run_id + 10**6, "parent_run_id": run_id}
    body = notification(0, run=task_run, task={"task_key": "load"})

    answer = await api.post("/databricks-monitor", json=body)

    incident_id = answer.json()["incident_id"]
    assert incident_id == f"incident:default:run-{run_id}"
    (report,) = await reports_of(temporal, incident_id)
    assert report.task_key == "load"


@pytest.mark.parametrize(
    "extra",
    [{"unheard_of": {"a": [1, 2]}}, {"job": None}, {"workspace_id": "your_workspace_id"}],
    ids=["unknown key", "no job", "workspace id that is no number"],
)
async def test_what_is_not_needed_is_not_required(
    api: httpx.AsyncClient, run_id: int, extra: dict[str, Any]
) -> None:
    answer = await api.post("/databricks-monitor", json=notification(run_id, **extra))

    assert answer.status_code == 202


async def test_content_type_does_not_matter(api: httpx.AsyncClient, run_id: int) -> None:
    body = json.dumps(notification(run_id))
    answer = await api.post(
        "/databricks-monitor", content=body, headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 202


async def test_long_job_name_with_control_characters_is_made_fit_to_show(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    job = {"job_id": "5", "name": "größe\x00\n" * 1000}

    answer = await api.post("/databricks-monitor", json=notification(run_id, job=job))

    (report,) = await reports_of(temporal, answer.json()["incident_id"])
    assert report.job_name.startswith("größe größe")
    assert len(report.job_name) <= 500


@pytest.mark.parametrize("event_type", ["jobs.on_success", "jobs.on_start", "jobs.on_new_thing"])
async def test_other_events_start_no_incident(
    api: httpx.AsyncClient, run_id: int, event_type: str
) -> None:
    answer = await api.post("/databricks-monitor", json=notification(run_id, event_type=event_type))

    assert answer.status_code == 202
    assert answer.json()["incident_id"] is None
    assert event_type in answer.json()["note"]


async def test_success_without_an_incident_has_its_settings_remembered(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    job = {"job_id": str(run_id), "name": "nightly"}
    for _ in range(2):
        success = notification(run_id, event_type="jobs.on_success", job=job)
        await api.post("/databricks-monitor", json=success)

    handle = temporal.get_workflow_handle(f"good-settings:default:job-{run_id}")
    started = await handle.describe()
    assert started.workflow_type == KEEP_GOOD_SETTINGS


async def test_success_wakes_the_incident_that_is_open(
    api: httpx.AsyncClient, temporal: Client, run_id: int
) -> None:
    await api.post("/databricks-monitor", json=notification(run_id))
    answer = await api.post(
        "/databricks-monitor", json=notification(run_id, event_type="jobs.on_success")
    )

    reports = await reports_of(temporal, answer.json()["incident_id"])
    assert [report.event_type for report in reports] == ["jobs.on_failure", "jobs.on_success"]


@pytest.mark.parametrize(
    "credential",
    [
        {"auth": ("databricks", "now-7Qx!")},
        {"auth": ("databricks", "nächstes-9Kp")},
        {"headers": {"x-api-key": "key-one-3fA8"}},
        {"headers": {"x-api-key": "key-two-5bC9"}},
    ],
    ids=["first pair", "second pair", "first key", "second key"],
)
async def test_every_credential_that_is_set_up_is_accepted(
    stranger: httpx.AsyncClient, run_id: int, credential: dict[str, Any]
) -> None:
    answer = await stranger.post("/databricks-monitor", json=notification(run_id), **credential)

    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic"},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic ZGF0YWJyaWNrcw=="},
        {"authorization": "Basic ZGF0YWJyaWNrczp3cm9uZw=="},
        {"authorization": "Bearer key-one-3fA8"},
        {"x-api-key": ""},
        {"x-api-key": "key-one-3fA"},
        {"x-api-key": "key-one-3fA8,key-two-5bC9"},
    ],
)
async def test_without_a_known_credential_nothing_is_read(
    stranger: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await stranger.post("/databricks-monitor", content=b"{", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_workspace_is_answered_with_those_known(
    api: httpx.AsyncClient, run_id: int
) -> None:
    answer = await api.post("/databricks-monitor/sales", json=notification(run_id))

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:problem-type:lakemend:unknown-workspace"
    assert "known are default, finance" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("", "body", ""),
        ("{", "body", ""),
        ("[1]", "body", "[1]"),
        ({"run": {"run_id": 1}}, "event_type", ""),
        ({"event_type": "jobs.on_failure"}, "run", ""),
        ({"event_type": "jobs.on_failure", "run": {}}, "run.run_id", ""),
        (notification("run_id"), "run.run_id", "run_id"),
        (notification(1.5), "run.run_id", "1.5"),  # pyright: ignore[reportArgumentType] on purpose
        (notification(-1), "run.run_id", "-1"),
        (notification(2**63), "run.run_id", str(2**63)),
        (notification("٣"), "run.run_id", "٣"),
        (notification(True), "run.run_id", "True"),
        (notification(1, job={"job_id": "x"}), "job.job_id", "x"),
        (notification(1, task={"task_key": "load"}), "run.parent_run_id", ""),
    ],
)
async def test_field_that_cannot_be_read_is_named_with_its_value_and_remedy(
    api: httpx.AsyncClient, body: Any, field: str, value: str
) -> None:
    content = body if isinstance(body, str) else json.dumps(body)

    answer = await api.post("/databricks-monitor", content=content)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["value"]) == (field, value)
    assert problem["remedy"]


async def in_pieces(piece: bytes, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece


@pytest.mark.parametrize(
    "content",
    [b" " * (256 * 1024 + 1), in_pieces(b" " * 1024, 257)],
    ids=["declared length", "chunked"],
)
async def test_body_over_256_kb_is_refused(
    api: httpx.AsyncClient, content: bytes | AsyncIterator[bytes]
) -> None:
    answer = await api.post("/databricks-monitor", content=content)

    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:problem-type:lakemend:body-too-large"


async def test_body_of_256_kb_is_read(api: httpx.AsyncClient, run_id: int) -> None:
    body = json.dumps(notification(run_id)).encode()

    answer = await api.post("/databricks-monitor", content=body.ljust(256 * 1024))

    assert answer.status_code == 202


async def test_temporal_away_claims_nothing_and_takes_the_retry_when_it_is_back(
    serve: Callable[..., Any], temporal: Client, run_id: int
) -> None:
    back = False

    async def connect() -> Client:
        return temporal if back else await Client.connect("127.0.0.1:9")

    async with serve(temporal=connect) as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        refused = await client.post("/databricks-monitor", json=notification(run_id))
        back = True
        taken = await client.post("/databricks-monitor", json=notification(run_id))

    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert "incident_id" not in refused.json()
    assert taken.status_code == 202


async def test_temporal_that_does_not_answer_is_not_waited_for(
    serve: Callable[..., Any], run_id: int
) -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(swallow, "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()

    async def connect() -> Client:
        return await Client.connect(
            f"{host}:{port}", lazy=True, data_converter=pydantic_data_converter
        )

    async with silent, serve(temporal=connect) as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        began = time.monotonic()
        answer = await client.post("/databricks-monitor", json=notification(run_id))

    assert answer.status_code == 503
    assert time.monotonic() - began < 60


async def test_log_shows_the_request_and_nothing_of_its_body_or_credentials(
    api: httpx.AsyncClient, run_id: int
) -> None:
    with capture_logs() as lines:
        body = notification(run_id, job={"job_id": "1", "name": "secret-name"})
        await api.post("/databricks-monitor?token=secret-query", json=body)

    (line,) = [line for line in lines if line["event"] == "http.answered"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/databricks-monitor", 202)
    assert not any(word in repr(lines) for word in ("secret-name", "secret-query", "key-one"))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_part = st.dictionaries(
    st.sampled_from(["run_id", "parent_run_id", "job_id", "name", "task_key"]), _json
)
_bodies = st.dictionaries(
    st.sampled_from(["event_type", "workspace_id", "run", "job", "task", "other"]), _part | _json
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(content=st.binary() | _json.map(json.dumps) | _bodies.map(json.dumps))
async def test_no_body_makes_the_server_fail(api: httpx.AsyncClient, content: bytes | str) -> None:
    answer = await api.post("/databricks-monitor", content=content)

    assert answer.status_code in {202, 422}, answer.text
