"""The page about playbooks: its examples run, and it names what there is."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.workspace import Workspaces
from lakemend.actions import ACTIONS
from lakemend.playbook import Health, Playbook, Step, parse_playbook
from lakemend.setting_types import WorkspaceConnection
from lakemend.step import StepInput, Target
from records import migrate, open_records
from simulator.server import SimulatorProcess

PAGE = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text("utf-8")
ACTION_ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .+ \|$", re.MULTILINE)
SCENARIO = """
jobs:
  nightly:
    settings:
      job_clusters: [{job_cluster_key: main, new_cluster: {node_type_id: m5.xlarge}}]
      tasks: [{task_key: load, job_cluster_key: main, notebook_task: {notebook_path: /load}}]
"""


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", examples("yaml"))
def test_every_playbook_of_the_page_can_be_used(text: str) -> None:
    playbook = parse_playbook(text)

    assert playbook.steps


def test_the_first_playbook_has_ten_lines_at_most() -> None:
    assert len(examples("yaml")[0].splitlines()) <= 10


def test_who_follows_the_page_sees_the_first_playbook_help(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "nightly_lock.yaml").write_text(examples("yaml")[0], "utf-8")
    (tmp_path / "nightly.yaml").write_text(examples("yaml scenario")[0], "utf-8")
    lint, trial, _ = examples("sh")[0].splitlines()

    linted, tried = (
        subprocess.run(
            [sys.executable, "-m", "cli", *shlex.split(line)[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for line in (lint, trial)
    )

    assert linted.stdout == "1 playbooks, nothing wrong.\n"
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert re.search(r"^ wait +steps +succeeded +waited 3s", tried.stdout, re.MULTILINE)
    assert "MyNightlyLock passed" in tried.stdout
    assert max(map(len, tried.stdout.splitlines())) <= 80


def test_every_field_is_explained() -> None:
    names = set(re.findall(r"`(\w+)`", PAGE))
    fields = {*Playbook.model_fields, *Step.model_fields} - {"content_hash", "parameters"}
    fields -= {"approval"}  # it has one value

    assert fields - names == set()
    assert "checks" in Health.model_fields


def test_every_action_is_listed_with_its_parameters() -> None:
    section = PAGE.split("## Actions")[1].split("## An action")[0]
    listed = {
        name: set(re.findall(r"`(\w+)`", given)) for name, given in ACTION_ROW.findall(section)
    }

    assert listed == {name: set(kind.parameters.model_fields) for name, kind in ACTIONS.items()}


def test_the_action_of_the_page_changes_a_job_once(tmp_path: Path) -> None:
    file = tmp_path / "rest_sooner.py"
    file.write_text(examples("python")[0], "utf-8")
    kind: Any = runpy.run_path(str(file))["RestSoonerAction"]
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    records = open_records(url)
    with SimulatorProcess(SCENARIO) as simulator:
        connection = WorkspaceConnection.model_validate(
            {"host": simulator.address, "token": simulator.token}
        )
        job_id = str(simulator.control.job_id("nightly"))
        workspaces = Workspaces({"default": connection})
        action = kind(workspaces, records)
        step = StepInput(
            workspace="default",
            incident_id="incident:default:run-1",
            token="rest_sooner/1",
            action="rest_sooner",
            target=Target.model_validate({"kind": "job", "id": job_id, "job_cluster_key": "main"}),
            run_id="1",
        )
        calls = [len(ActivityEnvironment().run(action.run, step).calls) for _ in range(2)]
        settings = workspaces.of("default").get_job(job_id)["settings"]
    records.close()

    assert calls == [1, 0]
    assert settings["job_clusters"][0]["new_cluster"]["autotermination_minutes"] == 20
