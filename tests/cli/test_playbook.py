import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from cli.playbook_schema import playbook_schema
from lakemend.actions import ACTIONS
from lakemend.playbook import SHIPPED, load_playbooks

Lakemend = Callable[..., Any]


def accepts(schema: dict[str, Any], playbook: Any) -> bool:
    validator: Any = Draft202012Validator(schema)
    return bool(validator.is_valid(playbook))


def test_list_names_every_error_type(lakemend: Lakemend) -> None:
    answer = lakemend("playbook", "list")

    assert answer.code == 0
    assert all(name in answer.out for name in load_playbooks())
    assert max(map(len, answer.out.splitlines())) <= 80


def test_list_as_json_is_the_playbooks(lakemend: Lakemend) -> None:
    answer = lakemend("playbook", "list", "-o", "json")

    assert [each["error_type"] for each in json.loads(answer.out)] == list(load_playbooks())


def test_show_prints_the_file(lakemend: Lakemend) -> None:
    answer = lakemend("playbook", "show", "DatabricksOutOfMemoryError")

    assert answer.out == (SHIPPED / "out_of_memory_error.yaml").read_text(encoding="utf-8")


def test_show_of_an_unknown_playbook_is_bad_input(lakemend: Lakemend) -> None:
    answer = lakemend("playbook", "show", "DatabricksNope")

    assert answer.code == 2
    assert "ERROR_TYPE=DatabricksNope: there is no such playbook" in answer.err
    assert "lakemend playbook list" in answer.err


def test_lint_accepts_the_shipped_playbooks(lakemend: Lakemend) -> None:
    answer = lakemend("playbook", "lint")

    assert (answer.code, answer.out) == (0, f"{len(load_playbooks())} playbooks, nothing wrong.\n")


def test_lint_names_file_line_and_field_of_every_problem(
    lakemend: Lakemend, tmp_path: Path
) -> None:
    good = (SHIPPED / "network_error.yaml").read_text(encoding="utf-8")
    lines = len(good.splitlines()) + 1
    (tmp_path / "action.yaml").write_text(good.replace("repair_run", "reboot_moon"))
    (tmp_path / "field.yaml").write_text(good + "descriptoin: x\n")

    answer = lakemend("playbook", "lint", str(tmp_path))

    assert answer.code == 1
    assert f"{tmp_path / 'action.yaml'}:9: steps.0" in answer.err
    assert "there is no action 'reboot_moon'" in answer.err
    assert f"{tmp_path / 'field.yaml'}:{lines}: descriptoin" in answer.err
    assert "2 to correct." in answer.err


def test_lint_finds_a_chain_to_nowhere_and_a_second_playbook(
    lakemend: Lakemend, tmp_path: Path
) -> None:
    good = (SHIPPED / "network_error.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(good + "chain: [DatabricksNope]\n")
    (tmp_path / "b.yaml").write_text(good)

    answer = lakemend("playbook", "lint", str(tmp_path))

    assert "there is no other playbook 'DatabricksNope' to chain" in answer.err
    assert "DatabricksNetworkError has a playbook already" in answer.err


def own_playbook(folder: Path, error_type: str, causes: str = "[]") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{error_type}.yml"
    file.write_text(
        f"error_type: {error_type}\ndescription: Mine\ncauses: {causes}\n"
        "steps:\n  - action: repair_run\nchain: [DatabricksTimeoutError]\n"
    )
    return file


def test_own_playbooks_are_listed_shown_and_linted(lakemend: Lakemend, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    mine = own_playbook(folder, "MyNightlyLock", "[concurrent_write_conflict]")
    replaced = own_playbook(folder, "DatabricksNetworkError")
    variables = {"LAKEMEND_PLAYBOOKS_DIR": str(folder)}

    listed = json.loads(lakemend("playbook", "list", "-o", "json", **variables).out)
    shown = lakemend("playbook", "show", "DatabricksNetworkError", **variables)
    linted = lakemend("playbook", "lint", **variables)

    by_type = {each["error_type"]: each["description"] for each in listed}
    assert len(by_type) == len(load_playbooks()) + 1
    assert by_type["MyNightlyLock"] == by_type["DatabricksNetworkError"] == "Mine"
    assert shown.out == replaced.read_text()
    assert mine.exists()
    assert linted.out == f"{len(by_type)} playbooks, nothing wrong.\n"


def test_lint_finds_two_own_playbooks_for_one_cause(lakemend: Lakemend, tmp_path: Path) -> None:
    own_playbook(tmp_path / "own", "MyLock", "[concurrent_write_conflict]")
    own_playbook(tmp_path / "own", "MyOtherLock", "[timeout, concurrent_write_conflict]")

    answer = lakemend("playbook", "lint", LAKEMEND_PLAYBOOKS_DIR=str(tmp_path / "own"))

    assert answer.code == 1
    assert "MyLock deals with concurrent_write_conflict already" in answer.err


@pytest.mark.parametrize("command", [["playbook", "list"], ["worker"], ["up"]], ids=" ".join)
def test_a_wrong_own_playbook_stops_every_start(
    lakemend: Lakemend, tmp_path: Path, command: list[str]
) -> None:
    file = own_playbook(tmp_path / "own", "MyLock", "[no_such_cause]")
    variables = {"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "t"}

    answer = lakemend(*command, LAKEMEND_PLAYBOOKS_DIR=str(tmp_path / "own"), **variables)

    assert answer.code == 2
    assert f"{file}:3: causes.0" in answer.err


@pytest.mark.parametrize("path", ["missing.yaml", "."], ids=["no such file", "empty folder"])
def test_lint_of_nothing_is_bad_input(lakemend: Lakemend, path: str) -> None:
    assert lakemend("playbook", "lint", path).code == 2


def test_schema_accepts_every_shipped_playbook(lakemend: Lakemend) -> None:
    schema = json.loads(lakemend("playbook", "schema").out)
    Draft202012Validator.check_schema(schema)

    for file in SHIPPED.glob("*.yaml"):
        assert accepts(schema, yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "step",
    [
        {"action": "reboot_moon"},
        {"action": "change_node_type", "with": {"memory_factor": 40}},
        {"action": "repair_run", "with": {"percent": 10}},
        {"action": "repair_run", "retries": 3},
    ],
    ids=["unknown action", "value out of bounds", "another action's parameter", "unknown key"],
)
def test_schema_refuses_what_the_loader_refuses(step: dict[str, object]) -> None:
    playbook: dict[str, Any] = {
        "error_type": "A",
        "description": "d",
        "causes": [],
        "steps": [step, {"action": "repair_run"}],
    }

    assert not accepts(playbook_schema(), playbook)


def test_schema_knows_every_action() -> None:
    step = playbook_schema()["$defs"]["Step"]

    assert step["properties"]["action"]["enum"] == list(ACTIONS)
