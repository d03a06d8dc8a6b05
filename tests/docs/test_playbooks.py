"""The page about playbooks: its examples run, and it names what there is."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakemend.actions import ACTIONS
from lakemend.checks import CheckName
from lakemend.playbook import Health, Playbook, Step, parse_playbook

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "playbooks.md").read_text("utf-8")
ACTION_ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .+ \|$", re.MULTILINE)
PROGRAM = ("activities", "api", "cli", "lakemend", "records", "simulator", "workflows", "worker.py")


def examples(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE)


def lakemend(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program that lies in the folder, or else this one."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder,
        env={**kept, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "text", [text for text in examples("yaml") if "rest_sooner" not in text], ids=lambda _: ""
)
def test_every_playbook_of_the_page_can_be_used(text: str) -> None:
    playbook = parse_playbook(text)

    assert playbook.steps


def test_the_first_playbook_has_ten_lines_at_most() -> None:
    assert len(examples("yaml")[0].splitlines()) <= 10


def test_who_follows_the_page_sees_the_first_playbook_help(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "nightly_lock.yaml").write_text(examples("yaml")[0], "utf-8")
    (tmp_path / "nightly.yaml").write_text(examples("yaml scenario")[0], "utf-8")
    commands = [shlex.split(line)[1:] for line in examples("sh")[0].splitlines()[:2]]

    linted, tried = (lakemend(tmp_path, *command) for command in commands)

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
    section = PAGE.split("## Actions")[1].split("## Health checks")[0]
    listed = {
        name: set(re.findall(r"`(\w+)`", given)) for name, given in ACTION_ROW.findall(section)
    }

    assert listed == {name: set(kind.parameters.model_fields) for name, kind in ACTIONS.items()}


def test_every_health_check_is_listed() -> None:
    section = PAGE.split("## Health checks")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(CheckName)


def add_as_the_page_says(program: Path) -> None:
    """Write the files of the page, and add its rows before the end of the tables."""
    for place, text in re.findall(r"^```python (\S+)\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE):
        file = program / place
        if not file.exists():
            file.write_text(text, "utf-8")
        elif file.name == "actions.py":
            file.write_text(re.sub(r"\n}\n$", f"\n{text}}}\n", file.read_text("utf-8")), "utf-8")
        else:
            file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_who_follows_the_page_adds_an_action_and_a_check(tmp_path: Path) -> None:
    """In a copy of the program: one class and one row each, and a playbook that uses both."""
    for name in PROGRAM:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    add_as_the_page_says(tmp_path)
    (tmp_path / "mine.yaml").write_text(examples("yaml")[-1], "utf-8")
    (tmp_path / "scenario.yaml").write_text(examples("yaml scenario")[-1], "utf-8")

    tried = lakemend(
        tmp_path, "playbook", "test", "mine.yaml", "--scenario", "scenario.yaml", "-o", "json"
    )

    assert tried.returncode == 0, tried.stdout + tried.stderr
    (incident,) = json.loads(tried.stdout)["incidents"]
    assert incident["steps"][0]["message"] == "Rest after 20 idle minutes"
    assert [call["path"] for call in incident["steps"][0]["calls"]] == ["/api/2.1/clusters/update"]
    assert {each["check"]: each["passed"] for each in incident["health_checks"]} == {
        "run_succeeded": True,
        "not_too_large": True,
    }
