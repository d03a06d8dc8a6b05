"""The compose file as the engine would read it."""

import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.testing import WorkflowEnvironment

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"

Service = dict[str, Any]


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, Service]:
    return compose["services"]


@pytest.fixture(scope="session")
def interpolations() -> dict[str, set[str]]:
    """Every `${NAME…}` of the file: the name, and what follows it (`:?message`, `:-default`)."""
    found: dict[str, set[str]] = {}
    for name, rest in re.findall(r"\$\{(\w+)([^}]*)", COMPOSE.read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(rest)
    return found


@pytest.fixture(scope="session")
def tools() -> str:
    """A PATH on which pip's `temporal` and `python` come first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    executable = str(Path(sys.executable).with_name("temporal"))
    starting = WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - SearchAttributeKey has an unknown part
        dev_server_existing_path=executable, dev_server_startup_timeout=timedelta(seconds=60)
    )
    async with await starting as server:
        yield server
