import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lakemend.settings import VARIABLES

Lakemend = Callable[..., Any]


def test_every_variable_is_shown_whole_in_80_columns(lakemend: Lakemend) -> None:
    answer = lakemend("config")

    assert answer.code == 0
    assert all(variable in answer.out for variable in VARIABLES)
    assert max(map(len, answer.out.splitlines())) <= 80


def test_each_value_tells_where_it_comes_from(lakemend: Lakemend, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LAKEMEND_UI_PORT=9001\nLAKEMEND_API_PORT=9002\n")

    answer = lakemend("config", "-o", "json", LAKEMEND_API_PORT="9003")

    found = {row["variable"]: (row["value"], row["origin"]) for row in json.loads(answer.out)}
    assert found["LAKEMEND_API_PORT"] == ("9003", "environment")
    assert found["LAKEMEND_UI_PORT"] == ("9001", ".env")
    assert found["LAKEMEND_TEMPORAL_PORT"] == ("7233", "default")


def test_secrets_are_masked(lakemend: Lakemend) -> None:
    secrets = {
        "DATABRICKS_HOST": "https://example.net",
        "DATABRICKS_TOKEN": "s3cr3t-one",
        "LAKEMEND_JWT_SECRET": "s3cr3t-two",
        "LAKEMEND_WEBHOOK_CREDENTIALS": "user:s3cr3t-three",
        "LAKEMEND_DATABASE_URL": "postgresql://me:s3cr3t-four@host/db",
    }

    table, plain = lakemend("config", **secrets), lakemend("config", "-o", "json", **secrets)

    assert "s3cr3t" not in table.out + plain.out
    assert "https://example.net" in table.out
