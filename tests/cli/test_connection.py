from collections.abc import Callable
from typing import Any

import pytest

from cli.connection import connection_config
from lakemend.settings import load_settings

Lakemend = Callable[..., Any]


def target(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, Any]:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return dict(connection_config(load_settings(None, variables)))


def test_without_an_address_it_is_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    found = target(monkeypatch, TEMPORAL_CONFIG_FILE="none.toml", LAKEMEND_TEMPORAL_PORT="7299")

    assert found["target_host"] == "127.0.0.1:7299"


def test_the_standard_variables_win(monkeypatch: pytest.MonkeyPatch) -> None:
    found = target(
        monkeypatch,
        TEMPORAL_CONFIG_FILE="none.toml",
        TEMPORAL_ADDRESS="temporal.example:7233",
        TEMPORAL_NAMESPACE="recovery",
        TEMPORAL_API_KEY="key",
    )

    assert found["target_host"] == "temporal.example:7233"
    assert found["namespace"] == "recovery"
    assert found["api_key"] == "key"
