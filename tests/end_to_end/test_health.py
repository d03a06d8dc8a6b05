"""A run that succeeds is not yet a recovery: what the playbook's checks find decides."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bench.stage import Stage, staged
from lakemend.incident import Outcome

SCENARIO = Path(__file__).with_name("workspace.yaml")
PLAYBOOK = """
error_type: DatabricksNetworkError
description: People want to know that the data arrived
causes: [network_transient]
steps: [{action: repair_run}]
health:
  timeout: 10s
  checks: [run_succeeded, sql_check]
  sql: {statement: SELECT 1, expected: "1", warehouse_id: nowhere}
"""


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    folder = tmp_path_factory.mktemp("health")
    (folder / "network.yaml").write_text(PLAYBOOK, encoding="utf-8")
    async with (
        staged(SCENARIO.read_text(encoding="utf-8"), folder) as stage,
        stage.working(playbooks_dir=folder),
    ):
        yield stage


async def test_a_success_that_a_check_finds_wanting_is_left_to_a_person(stage: Stage) -> None:
    view = await stage.recover("reported_often")

    assert view.outcome is Outcome.ESCALATED
    assert view.message.startswith("The run succeeded, but not all is well: sql_check: ")
    assert [(check.check, check.passed) for check in view.health_checks] == [
        ("run_succeeded", True),
        ("sql_check", False),
    ]
    assert stage.repairs_of(view.run_id) == 1
