import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from api.app import create_app
from lakemend.errors import SettingsError
from lakemend.settings import Settings
from records import Records

_READS = [
    "/api/incidents",
    "/api/incidents/incident:default:run-404",
    "/api/circuit-breakers/DatabricksNetworkError:job-404",
    "/api/supported-error-types",
]


@pytest.mark.parametrize("path", [*_READS, "/api/events", "/api/circuit-breakers"])
async def test_reading_needs_a_credential(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)

    assert answer.status_code == 401
    assert "Bearer" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", _READS)
async def test_any_credential_may_read(
    stranger: httpx.AsyncClient, make_token: Any, path: str
) -> None:
    by_pair = await stranger.get(path, auth=("databricks", "now-7Qx!"))
    by_key = await stranger.get(path, headers={"x-api-key": "key-two-5bC9"})
    by_token = await stranger.get(path, headers={"authorization": f"Bearer {make_token()}"})

    assert {by_pair.status_code, by_key.status_code, by_token.status_code} <= {200, 404}


async def test_everybody_may_look_at_the_demo_and_nobody_may_give_orders(
    serve: Callable[..., Any], settings: Settings
) -> None:
    async with serve(settings=settings.model_copy(update={"demo": True})) as client:
        read = await client.get("/api/incidents")
        reset = await client.post("/api/circuit-breakers/DatabricksNetworkError:job-404/reset")
        report = await client.post("/databricks-monitor", json={})

    assert (read.status_code, reset.status_code, report.status_code) == (200, 401, 401)


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"jwt_secret": None}, "LAKEMEND_JWT_SECRET"),
        ({"webhook_credentials": (), "api_keys": ()}, "LAKEMEND_WEBHOOK_CREDENTIALS"),
    ],
)
def test_app_refuses_to_start_without_secrets(
    settings: Settings,
    temporal: Client,
    records: Records,
    changes: dict[str, Any],
    variable: str,
) -> None:
    with pytest.raises(SettingsError) as refused:
        create_app(settings.model_copy(update=changes), temporal, records)

    assert refused.value.variable == variable


@pytest.mark.parametrize("path", ["/healthz", "/api/incidents", "/nowhere", "/docs"])
async def test_every_answer_carries_the_security_headers(
    stranger: httpx.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


async def test_docs_load_nothing_from_elsewhere(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/docs")
    files = re.findall(r'(?:src|href)="([^"]+)"', answer.text)

    assert "https:" not in answer.headers["content-security-policy"] + answer.text
    assert len(files) == 3
    assert {(await stranger.get(file)).status_code for file in files} == {200}


async def test_without_any_workspace_set_up_the_default_one_is_taken(
    serve: Callable[..., Any], settings: Settings
) -> None:
    bare = settings.model_copy(update={"databricks_host": "", "further_workspaces": {}})
    body = {"event_type": "jobs.on_failure", "run": {"run_id": 71}}

    async with serve(settings=bare) as client:
        client.headers["x-api-key"] = "key-one-3fA8"
        default = await client.post("/databricks-monitor", json=body)
        other = await client.post("/databricks-monitor/finance", json=body)

    assert (default.status_code, other.status_code) == (202, 404)
