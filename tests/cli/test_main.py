import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Lakemend = Callable[..., Any]


def test_help_tells_every_command_in_80_columns(lakemend: Lakemend) -> None:
    answer = lakemend("--help")

    lines = answer.out.splitlines()
    assert answer.code == 0
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if line.endswith("...")]
    commands = ["demo", "up", "worker", "api", "migrate", "config", "doctor", "recover"]
    commands += ["incident", "breaker", "playbook"]
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in commands)


@pytest.mark.parametrize("noun", ["incident", "breaker", "playbook"])
def test_a_noun_alone_lists_its_verbs(lakemend: Lakemend, noun: str) -> None:
    answer = lakemend(noun)

    assert "list" in answer.out + answer.err
    assert "show" in answer.out + answer.err


def test_an_unknown_command_is_bad_input(lakemend: Lakemend) -> None:
    assert lakemend("playbok", "list").code == 2


def test_a_wrong_setting_names_variable_value_and_remedy(lakemend: Lakemend) -> None:
    answer = lakemend("config", LAKEMEND_API_PORT="eighty")

    assert answer.code == 2
    assert "LAKEMEND_API_PORT: 'eighty' is not allowed; allowed: a whole number" in answer.err
    assert ".env" in answer.err
    assert answer.out == ""


def test_a_wrong_temporal_profile_is_bad_input(lakemend: Lakemend, tmp_path: Path) -> None:
    (tmp_path / "temporal.toml").write_text("[profile.default\n")

    answer = lakemend("breaker", "list", TEMPORAL_CONFIG_FILE=str(tmp_path / "temporal.toml"))

    assert answer.code == 2
    assert "TEMPORAL_CONFIG_FILE" in answer.err


def test_a_temporal_that_is_away_is_named_with_its_address(lakemend: Lakemend) -> None:
    answer = lakemend("breaker", "list", TEMPORAL_ADDRESS="127.0.0.1:1")

    assert answer.code == 1
    assert "Temporal at 127.0.0.1:1 cannot be reached" in answer.err
    assert "lakemend up" in answer.err


def test_a_record_store_without_tables_says_how_to_make_them(lakemend: Lakemend) -> None:
    before = lakemend("incident", "list")
    migrated = lakemend("migrate")
    after = lakemend("incident", "list")

    assert (before.code, migrated.code, after.code) == (1, 0, 0)
    assert "lakemend migrate" in before.err
    assert after.out == "No incident.\n"


def test_completion_scripts_are_offered(neutral: dict[str, str]) -> None:
    command = [sys.executable, "-m", "cli"]
    environment = {**neutral, "_LAKEMEND_COMPLETE": "complete_bash"}
    words = {"COMP_WORDS": "lakemend playbook l", "COMP_CWORD": "2"}

    ended = subprocess.run(
        command, env={**environment, **words}, capture_output=True, text=True, check=False
    )

    assert set(ended.stdout.split()) == {"list", "lint"}


def test_the_worker_refuses_to_start_without_a_workspace(lakemend: Lakemend) -> None:
    answer = lakemend("worker")

    assert answer.code == 2
    assert "DATABRICKS_HOST: must be set" in answer.err


def test_the_api_refuses_to_start_without_secrets(lakemend: Lakemend) -> None:
    answer = lakemend("api")

    assert answer.code == 2
    assert "LAKEMEND_JWT_SECRET: must be set" in answer.err


def test_the_api_without_secrets_stays_on_this_machine(lakemend: Lakemend) -> None:
    answer = lakemend("api", "--demo", LAKEMEND_API_HOST="0.0.0.0")

    assert answer.code == 2
    assert "LAKEMEND_API_HOST=0.0.0.0: not for the demo" in answer.err
