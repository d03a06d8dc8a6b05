"""`lakemend playbook test`: a playbook that does not help, and input that is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Lakemend = Callable[..., Any]

SCENARIO = """
jobs:
  stubborn:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {fails: {kind: network}}}
  forbidden:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
    tasks: {load: {fails: {kind: permission}}}
    expect: {outcome: escalated}
  fine:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /load}}]}
"""
PLAYBOOK = """
error_type: DatabricksNetworkError
description: Only one attempt
causes: [network_transient]
steps: [{action: repair_run}]
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    playbook, scenario = tmp_path / "one_attempt.yaml", tmp_path / "scenario.yaml"
    playbook.write_text(PLAYBOOK)
    scenario.write_text(SCENARIO)
    return str(playbook), str(scenario)


def test_what_is_not_recovered_is_named_and_nothing_is_left_behind(
    neutral: dict[str, str], files: tuple[str, str], tmp_path: Path
) -> None:
    playbook, scenario = files
    # neither the person's workspace nor their Temporal server may be called
    foreign = {"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "t"}
    environment = {**neutral, **foreign, "TEMPORAL_ADDRESS": "127.0.0.1:9", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "cli", "playbook", "test", playbook, "--scenario", scenario]

    ended = subprocess.run(
        [*command, "-o", "json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["problems"] == ["stubborn: expected recovered, found escalated"]
    by_job = {each["job_name"]: each for each in answer["incidents"]}
    assert set(by_job) == {"stubborn", "forbidden"}
    assert [step["action"] for step in by_job["stubborn"]["steps"]] == ["repair_run"]
    assert [call["path"] for call in answer["calls"]] == ["/api/2.2/jobs/runs/repair"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one_attempt.yaml", "scenario.yaml"]


@pytest.mark.parametrize(
    ("scenario", "playbook", "problem"),
    [
        ("jobs:\n  a: {settngs: {}}", PLAYBOOK, "scenario.yaml:2: jobs.a.settngs"),
        (SCENARIO, PLAYBOOK + "colour: red", "one_attempt.yaml:6: colour"),
    ],
    ids=["scenario", "playbook"],
)
def test_a_wrong_file_is_bad_input(
    lakemend: Lakemend, files: tuple[str, str], scenario: str, playbook: str, problem: str
) -> None:
    Path(files[0]).write_text(playbook)
    Path(files[1]).write_text(scenario)

    answer = lakemend("playbook", "test", files[0], "--scenario", files[1])

    assert answer.code == 2
    assert problem in answer.err


def test_an_unknown_playbook_is_bad_input(lakemend: Lakemend, files: tuple[str, str]) -> None:
    answer = lakemend("playbook", "test", "DatabricksNope", "--scenario", files[1])

    assert answer.code == 2
    assert "PLAYBOOK=DatabricksNope: there is no such playbook" in answer.err
