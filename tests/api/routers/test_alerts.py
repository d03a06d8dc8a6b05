import asyncio
import copy
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from api.openapi import CLUSTER_ALERT
from lakemend.incident import FailureReport, IncidentInput, Source

PAGE = Path(__file__).parents[3] / "docs" / "cluster-failures.md"
EXAMPLES = re.findall(r"```json\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
_numbers = itertools.count(100_000)


@pytest.fixture
def cluster_id() -> str:
    return f"0712-{next(_numbers)}-abc123"


def dimensions(**values: str) -> dict[str, Any]:
    return {"dimensions": [{"name": name, "value": value} for name, value in values.items()]}


def alert(*conditions: dict[str, Any], **essentials: str) -> dict[str, Any]:
    body = copy.deepcopy(CLUSTER_ALERT)
    body["data"]["essentials"] |= essentials
    body["data"]["alertContext"]["condition"]["allOf"] = list(conditions)
    return body


async def reports_of(client: Client, incident_id: str) -> list[FailureReport | None]:
    """Return the report that an incident began with, and those it was woken by."""
    history = await client.get_workflow_handle(incident_id).fetch_history()
    (started, *later) = history.events
    begun = started.workflow_execution_started_event_attributes.input
    (first,) = await pydantic_data_converter.decode(begun.payloads, [IncidentInput])
    signals = [
        event.workflow_execution_signaled_event_attributes.input.payloads
        for event in later
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    decoded = [await pydantic_data_converter.decode(each, [FailureReport]) for each in signals]
    return [first.report, *(report for (report,) in decoded)]


async def report_of(client: Client, incident_id: str) -> FailureReport:
    (report,) = await reports_of(client, incident_id)
    assert report is not None
    return report


async def test_an_alert_of_azure_monitor_starts_an_incident_of_the_cluster(
    api: httpx.AsyncClient, temporal: Client, cluster_id: str
) -> None:
    condition = dimensions(clusterId=cluster_id, clusterTerminationReasonCode="COMMUNICATION_LOST")

    answer = await api.post("/azure-monitor", json=alert(condition, alertId="/alerts/1"))

    incident_id = f"incident:default:cluster-{cluster_id}"
    assert answer.status_code == 202
    assert answer.json() == {
        "incidents": [
            {
                "incident_id": incident_id,
                "status_url": f"/api/incidents/{incident_id}",
                "note": "",
            }
        ],
        "note": "",
    }
    report = await report_of(temporal, incident_id)
    assert (report.source, report.resource) == (Source.ALERT, f"cluster-{cluster_id}")
    assert (report.reason, report.alert_id) == ("COMMUNICATION_LOST", "/alerts/1/Fired")


async def test_the_incident_can_be_found_and_read_before_a_worker_has_seen_it(
    api: httpx.AsyncClient, temporal: Client, cluster_id: str
) -> None:
    body = {"cluster_id": cluster_id, "reason": "seen by the watch"}
    answer = await api.post("/azure-monitor/finance", json=body)

    (incident,) = answer.json()["incidents"]
    read = (await api.get(incident["status_url"])).json()
    handle = temporal.get_workflow_handle(incident["incident_id"])
    described = await handle.describe()
    assert (read["workspace"], read["resource"]) == ("finance", f"cluster-{cluster_id}")
    assert described.workflow_type == "IncidentWorkflow"
    assert (await report_of(temporal, handle.id)).resource == f"cluster-{cluster_id}"
    assert await described.static_summary() == f"cluster-{cluster_id} failed"
    assert "seen by the watch" in (await described.static_details() or "")


@pytest.mark.parametrize("name", ["clusterId", "ClusterId", "cluster_id", "CLUSTER-ID"])
@pytest.mark.parametrize("shape", ["dimension", "plain"])
async def test_however_the_name_is_written_it_is_the_same_cluster(
    api: httpx.AsyncClient, cluster_id: str, name: str, shape: str
) -> None:
    plain = {name: cluster_id, "unheard_of": {"a": [1]}}
    body = alert(dimensions(**{name: cluster_id})) if shape == "dimension" else plain

    answer = await api.post("/azure-monitor", json=body)

    assert answer.status_code == 202, answer.text
    (incident,) = answer.json()["incidents"]
    assert incident["incident_id"] == f"incident:default:cluster-{cluster_id}"


@pytest.mark.parametrize("kind", ["cluster", "pipeline", "warehouse"])
async def test_a_plain_object_names_any_resource(
    api: httpx.AsyncClient, cluster_id: str, kind: str
) -> None:
    answer = await api.post("/azure-monitor", json={f"{kind}_id": cluster_id})

    (incident,) = answer.json()["incidents"]
    assert incident["incident_id"] == f"incident:default:{kind}-{cluster_id}"


async def test_each_of_several_clusters_gets_an_incident_and_one_named_twice_one(
    api: httpx.AsyncClient, cluster_id: str
) -> None:
    conditions = [dimensions(clusterId=each) for each in (cluster_id, "other-1", cluster_id)]

    answer = await api.post("/azure-monitor", json=alert(*conditions))

    assert [each["incident_id"] for each in answer.json()["incidents"]] == [
        f"incident:default:cluster-{cluster_id}",
        "incident:default:cluster-other-1",
    ]


async def test_the_rows_of_an_older_log_alert_are_read(
    api: httpx.AsyncClient, temporal: Client, cluster_id: str
) -> None:
    parameters = {"clusterId": cluster_id, "clusterTerminationReasonCode": "DRIVER_UNREACHABLE"}
    table = {
        "columns": [{"name": "TimeGenerated"}, {"name": "RequestParams"}],
        "rows": [["2026-05-04T12:00:00Z", json.dumps(parameters)], ["then", None], ["then", "{"]],
    }
    body = {"SubscriptionId": "0", "AlertRuleName": "old", "SearchResult": {"tables": [table]}}

    answer = await api.post("/azure-monitor", json=body)

    (incident,) = answer.json()["incidents"]
    report = await report_of(temporal, incident["incident_id"])
    assert report.reason == "DRIVER_UNREACHABLE"


async def test_a_resolved_alert_starts_nothing(api: httpx.AsyncClient, cluster_id: str) -> None:
    body = alert(dimensions(clusterId=cluster_id), monitorCondition="Resolved")

    answer = await api.post("/azure-monitor", json=body)
    read = await api.get(f"/api/incidents/incident:default:cluster-{cluster_id}")

    assert answer.status_code == 202
    assert answer.json()["incidents"] == []
    assert "the alert is over" in answer.json()["note"]
    assert read.status_code == 404


async def test_the_same_alert_ten_times_makes_one_incident(
    api: httpx.AsyncClient, temporal: Client, cluster_id: str
) -> None:
    body = alert(dimensions(clusterId=cluster_id), alertId="/alerts/2")
    answers = await asyncio.gather(*(api.post("/azure-monitor", json=body) for _ in range(10)))

    incidents = {each.json()["incidents"][0]["incident_id"] for each in answers}
    (incident_id,) = incidents
    reports = await reports_of(temporal, incident_id)
    assert {each.alert_id for each in reports if each} == {"/alerts/2/Fired"}


_METRIC: dict[str, Any] = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {"monitoringService": "Platform", "signalType": "Metric"},
        "alertContext": {
            "conditionType": "SingleResourceMultipleMetricCriteria",
            "condition": {"allOf": [{"metricName": "cpu", "dimensions": []}]},
        },
    },
}


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("{", "body", ""),
        ("[1]", "body", ""),
        ({}, "body", ""),
        ({"reason": "it hangs"}, "body", "reason"),
        ({"cluster_id": ""}, "body", "cluster_id"),
        ({"cluster_id": ["a"]}, "body", "cluster_id"),
        ({"cluster_id": "../x"}, "cluster_id", "../x"),
        ({"pipeline_id": "a b"}, "pipeline_id", "a b"),
        ({"warehouse_id": "x" * 101}, "warehouse_id", "x" * 100),
        (alert({}), "data.alertContext.condition.allOf.dimensions", "schemaId, data"),
        (
            alert(dimensions(workspaceId="1")),
            "data.alertContext.condition.allOf.dimensions",
            "schemaId, data",
        ),
        (_METRIC, "data.alertContext.condition.allOf.dimensions", "schemaId, data"),
    ],
)
async def test_what_names_no_resource_is_refused_with_the_remedy(
    api: httpx.AsyncClient, body: Any, field: str, value: str
) -> None:
    content = body if isinstance(body, str) else json.dumps(body)

    answer = await api.post("/azure-monitor", content=content)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["value"]) == (field, value)
    assert problem["remedy"]


@pytest.mark.parametrize("example", EXAMPLES)
async def test_every_example_of_the_page_is_taken(api: httpx.AsyncClient, example: str) -> None:
    answer = await api.post("/azure-monitor", content=example)

    assert answer.status_code == 202, answer.text
    assert len(answer.json()["incidents"]) == 1


@pytest.mark.parametrize(
    "credential",
    [{"auth": ("databricks", "now-7Qx!")}, {"headers": {"x-api-key": "key-two-5bC9"}}],
    ids=["pair", "key"],
)
async def test_the_credentials_of_webhooks_are_accepted(
    stranger: httpx.AsyncClient, cluster_id: str, credential: dict[str, Any]
) -> None:
    answer = await stranger.post("/azure-monitor", json={"cluster_id": cluster_id}, **credential)

    assert answer.status_code == 202


@pytest.mark.parametrize("path", ["/azure-monitor", "/azure-monitor/sales"])
async def test_without_a_known_credential_nothing_is_read(
    stranger: httpx.AsyncClient, path: str
) -> None:
    answer = await stranger.post(path, content=b"{", headers={"x-api-key": "key-one"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_unknown_workspace_is_answered_with_those_known(api: httpx.AsyncClient) -> None:
    answer = await api.post("/azure-monitor/sales", json={"cluster_id": "a"})

    assert answer.status_code == 404
    assert "known are default, finance" in answer.json()["detail"]


async def test_body_over_256_kb_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post("/azure-monitor", content=b" " * (256 * 1024 + 1))

    assert answer.status_code == 413


async def test_more_resources_than_are_taken_at_once_are_counted(
    api: httpx.AsyncClient, cluster_id: str
) -> None:
    conditions = [dimensions(clusterId=f"{cluster_id}-{number}") for number in range(103)]

    answer = await api.post("/azure-monitor", json=alert(*conditions))

    assert len(answer.json()["incidents"]) == 100
    assert answer.json()["note"].startswith("3 more")


async def test_temporal_away_claims_nothing(serve: Callable[..., Any], cluster_id: str) -> None:
    async def connect() -> Client:
        return await Client.connect("127.0.0.1:9")

    async with serve(temporal=connect) as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        answer = await client.post("/azure-monitor", json={"cluster_id": cluster_id})

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_names = ["data", "alertContext", "condition", "allOf", "dimensions", "name", "tables", "rows"]
_names += ["SearchResult", "columns", "essentials", "alertId", "cluster_id", "RequestParams"]
_bodies = st.recursive(
    _json,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_names), inner),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(content=st.binary() | _bodies.map(json.dumps))
async def test_no_body_makes_the_server_fail(api: httpx.AsyncClient, content: bytes | str) -> None:
    answer = await api.post("/azure-monitor", content=content)

    assert answer.status_code in {202, 422}, answer.text
