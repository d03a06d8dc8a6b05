"""Workflows that began under an earlier worker go on under this one.

The histories were recorded by `make histories`. An older file is kept when a new one is recorded
beside it: it stands for incidents that are open while a worker is replaced.
"""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from worker import WORKFLOWS
from workflows.sandbox import sandbox

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))


@pytest.fixture(params=HISTORIES, ids=lambda file: file.stem)
def history(request: pytest.FixtureRequest) -> WorkflowHistory:
    file: Path = request.param
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


async def test_a_recorded_history_replays(history: WorkflowHistory) -> None:
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=sandbox()
    )

    await replayer.replay_workflow(history)


def test_every_workflow_has_a_recorded_history() -> None:
    recorded = {file.stem.partition("-")[0] for file in HISTORIES}

    assert recorded == {"incident", "breaker", "gate", "lease", "sweep"}
