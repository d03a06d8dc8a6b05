from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bench.stage import Stage, staged

SCENARIO = Path(__file__).with_name("workspace.yaml")


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """One world for a module: each test lets another job of `workspace.yaml` fail."""
    folder = tmp_path_factory.mktemp("stage")
    async with staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage, stage.working():
        yield stage
