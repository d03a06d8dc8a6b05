"""What doctor says when a part is missing; with all parts see test_up.py."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.ports import free_port
from simulator.server import SimulatorProcess

Lakemend = Callable[..., Any]
NOWHERE = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "LAKEMEND_API_PORT": str(free_port())}


@pytest.fixture(scope="module")
def workspace() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


def findings(lakemend: Lakemend, part: str, **variables: str) -> list[dict[str, str]]:
    answer = lakemend("doctor", "-o", "json", **{**NOWHERE, **variables})
    assert answer.code == 1
    return [found for found in json.loads(answer.out) if found["part"] == part]


def test_every_failure_says_what_to_do(lakemend: Lakemend) -> None:
    answer = lakemend("doctor", **NOWHERE)

    lines = answer.out.splitlines()
    failed = [number for number, line in enumerate(lines) if line.startswith("wrong")]
    assert answer.code == 1
    assert {lines[number].split()[1] for number in failed} == {
        "Workspace",
        "Temporal",
        "Records",
        "Webhook",
    }
    assert all(lines[number + 1].startswith("        ") for number in failed)


def test_a_missing_workspace_names_the_variable(lakemend: Lakemend) -> None:
    [found] = findings(lakemend, "Workspace")

    assert found["state"] == "wrong"
    assert "DATABRICKS_HOST" in found["message"]


def test_a_wrong_token_is_told_from_a_wrong_address(
    lakemend: Lakemend, workspace: SimulatorProcess
) -> None:
    wrong_token = {"DATABRICKS_HOST": workspace.address, "DATABRICKS_TOKEN": "wrong"}
    wrong_host = {"DATABRICKS_HOST": "http://127.0.0.1:1", "DATABRICKS_TOKEN": "any"}

    [refused] = findings(lakemend, "Workspace", **wrong_token)
    [unreachable] = findings(lakemend, "Workspace", **wrong_host)

    assert "the token is not accepted" in refused["message"]
    assert "DATABRICKS_TOKEN" in refused["remedy"]
    assert "cannot be reached" in unreachable["message"]
    assert "DATABRICKS_HOST" in unreachable["remedy"]


def test_a_token_that_sees_nothing_is_a_warning(
    lakemend: Lakemend, workspace: SimulatorProcess
) -> None:
    variables = {"DATABRICKS_HOST": workspace.address, "DATABRICKS_TOKEN": workspace.token}

    found = {
        each["message"]: each["state"] for each in findings(lakemend, "Workspace", **variables)
    }

    assert found["default: signed in as recovery@example.com"] == "ok"
    assert found["default: the token sees no jobs"] == "warning"
    assert found["default: the token sees no clusters"] == "warning"


def test_a_right_that_is_missing_names_what_cannot_be_read(
    lakemend: Lakemend, workspace: SimulatorProcess
) -> None:
    workspace.control.add_fault(
        "status",
        path="*/clusters/list",
        status=403,
        body={"error_code": "PERMISSION_DENIED", "message": "no access to clusters"},
        times=0,
    )
    variables = {"DATABRICKS_HOST": workspace.address, "DATABRICKS_TOKEN": workspace.token}

    found = findings(lakemend, "Workspace", **variables)
    workspace.control.clear_faults()

    [denied] = [each for each in found if each["state"] == "wrong"]
    assert denied["message"].startswith("default: clusters cannot be listed")
    assert "access to clusters" in denied["remedy"]


def test_records_without_tables_are_told_to_migrate(lakemend: Lakemend) -> None:
    [before] = findings(lakemend, "Records")
    lakemend("migrate")
    after = findings(lakemend, "Records")

    assert (before["state"], "lakemend migrate" in before["remedy"]) == ("wrong", True)
    assert [each["state"] for each in after] == ["ok", "warning"]
    assert "LAKEMEND_SNAPSHOT_KEY" in after[1]["remedy"]


def test_weak_secrets_and_a_silent_api_are_found(lakemend: Lakemend) -> None:
    found = findings(lakemend, "Webhook", LAKEMEND_JWT_SECRET="short")

    assert [each["state"] for each in found] == ["wrong", "wrong", "warning"]
    assert "LAKEMEND_JWT_SECRET" in found[0]["message"]
    assert "lakemend api" in found[1]["remedy"]
    assert "LAKEMEND_API_HOST" in found[2]["remedy"]
