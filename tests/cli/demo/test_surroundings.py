import socket
from pathlib import Path

import pytest

from cli.demo.scene import SCENES, SceneName
from cli.demo.surroundings import prepare
from cli.ports import LOOPBACK, free_port
from cli.problems import BadInputError
from lakemend.startup import require_secure_api

SCENE = SCENES[SceneName.FAILURES]


def test_nothing_of_the_callers_own_reaches_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", "https://production.example")
    monkeypatch.setenv("DATABRICKS_CONFIG_PROFILE", "production")
    monkeypatch.setenv("TEMPORAL_API_KEY", "key")
    monkeypatch.setenv("LAKEMEND_WORKSPACES", '{"x": {"host": "https://x", "token": "t"}}')
    monkeypatch.setenv("AUTO_REMEDIATION_ENABLED", "false")

    surroundings = prepare(tmp_path, SCENE, keep_ports=False)

    environment = surroundings.our_parts()[0].environment
    assert environment["DATABRICKS_HOST"] == surroundings.workspace_url
    assert set(surroundings.settings.workspaces) == {"default"}
    left = {"DATABRICKS_CONFIG_PROFILE", "TEMPORAL_API_KEY", "LAKEMEND_WORKSPACES"}
    assert not left & set(environment)
    assert "AUTO_REMEDIATION_ENABLED" not in environment


def test_every_demo_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, two = (prepare(tmp_path, SCENE, keep_ports=False) for _ in range(2))

    require_secure_api(one.settings)
    assert one.webhook_credential != two.webhook_credential
    assert one.variables["DATABRICKS_TOKEN"] != two.variables["DATABRICKS_TOKEN"]


def test_a_port_that_is_taken_is_replaced_unless_ports_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("LAKEMEND_TEMPORAL_PORT", str(free_port()))
    monkeypatch.setenv("LAKEMEND_UI_PORT", str(free_port()))
    monkeypatch.setenv("LAKEMEND_API_PORT", str(port))

    with socket.create_server((LOOPBACK, port)):
        moved = prepare(tmp_path, SCENE, keep_ports=False)
        with pytest.raises(BadInputError, match=f"LAKEMEND_API_PORT={port}"):
            prepare(tmp_path, SCENE, keep_ports=True)

    assert moved.settings.api_port != port


def test_all_ports_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = str(free_port())
    for name in ("LAKEMEND_TEMPORAL_PORT", "LAKEMEND_UI_PORT", "LAKEMEND_API_PORT"):
        monkeypatch.setenv(name, port)

    settings = prepare(tmp_path, SCENE, keep_ports=False).settings

    assert len({settings.temporal_port, settings.ui_port, settings.api_port}) == 3
