"""The OpenAPI document tells the truth: its examples are posted as they stand."""

import json
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import validate
from temporalio.client import Client

from api.app import create_app
from api.openapi import ALERT_EXAMPLES, NOTIFICATION_EXAMPLES
from lakemend.settings import Settings
from records import Records


@pytest.fixture(scope="module")
def document(settings: Settings, temporal: Client, records: Records) -> dict[str, Any]:
    app: FastAPI = create_app(settings, temporal, records)
    return app.openapi()


EXAMPLES = [
    *(("/databricks-monitor", example) for example in NOTIFICATION_EXAMPLES),
    *(("/azure-monitor", example) for example in ALERT_EXAMPLES),
]


@pytest.mark.parametrize("suffix", ["", "/{workspace}"])
@pytest.mark.parametrize(("route", "example"), EXAMPLES)
async def test_example_report_is_accepted_as_documented(
    api: httpx.AsyncClient, document: dict[str, Any], route: str, suffix: str, example: str
) -> None:
    path = route + suffix
    operation = document["paths"][path]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    body = content["examples"][example]["value"]
    validate(body, content["schema"])

    answer = await api.post(path.replace("{workspace}", "default"), json=body)

    assert answer.status_code == 202
    assert "202" in operation["responses"]


async def test_example_order_is_read_as_documented(
    api: httpx.AsyncClient, document: dict[str, Any], make_token: Any
) -> None:
    for path in ("reset", "open"):
        operation = document["paths"][f"/api/circuit-breakers/{{name}}/{path}"]["post"]
        (body,) = operation["requestBody"]["content"]["application/json"]["schema"]["examples"]
        (name,) = operation["parameters"][0]["schema"]["examples"]

        answer = await api.post(
            f"/api/circuit-breakers/{name}/{path}",
            json=body,
            headers={"authorization": f"Bearer {make_token()}"},
        )

        assert str(answer.status_code) in operation["responses"]
        assert answer.status_code in {200, 404}


async def test_statuses_that_tests_see_are_documented(document: dict[str, Any]) -> None:
    expected = {
        "/databricks-monitor": {"202", "401", "413", "422", "503"},
        "/databricks-monitor/{workspace}": {"202", "401", "404", "413", "422", "503"},
        "/azure-monitor": {"202", "401", "413", "422", "503"},
        "/azure-monitor/{workspace}": {"202", "401", "404", "413", "422", "503"},
        "/api/circuit-breakers": {"200", "401", "503"},
        "/api/circuit-breakers/{name}": {"200", "401", "404", "422", "503"},
        "/api/circuit-breakers/{name}/reset": {"200", "401", "404", "422", "503"},
        "/api/incidents": {"200", "401", "422", "503"},
        "/api/incidents/{incident_id}": {"200", "401", "404", "422", "503"},
        "/api/events": {"200", "401", "422"},
        "/readyz": {"200", "503"},
    }
    for path, statuses in expected.items():
        (operation,) = document["paths"][path].values()
        assert set(operation["responses"]) == statuses, path


async def test_errors_are_documented_as_problems(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status >= "400" and path != "/readyz":
                    assert set(response["content"]) == {"application/problem+json"}, path


def test_webhooks_name_security_schemes_that_exist(document: dict[str, Any]) -> None:
    for path in ("/databricks-monitor", "/databricks-monitor/{workspace}", "/azure-monitor"):
        schemes = [name for each in document["paths"][path]["post"]["security"] for name in each]
        assert schemes == ["basic", "api-key"]
        assert set(schemes) <= set(document["components"]["securitySchemes"])


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document))

    assert set(references) == set(schemas)
    assert json.dumps(document).count('"$ref"') == len(references)
