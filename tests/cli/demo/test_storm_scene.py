"""The storm scene with fewer jobs, from its first process to the verdict."""

from pathlib import Path

import pytest
import yaml

from cli.demo.play import play_demo
from cli.demo.scene import SCENES, Scene, SceneName
from simulator.scenario import load_scenario

STORM = SCENES[SceneName.STORM]


def smaller(folder: Path, jobs: int) -> Scene:
    """The same scene with so many jobs."""
    content = yaml.safe_load(STORM.scenario.read_text(encoding="utf-8"))
    content["jobs"]["nightly"]["copies"] = jobs
    file = folder / "storm.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return Scene(STORM.name, file, STORM.pace)


def test_the_scene_has_two_hundred_jobs() -> None:
    assert len(load_scenario(STORM.scenario).jobs) == 200


async def test_all_recover_with_one_message_and_one_ticket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = await play_demo(smaller(tmp_path, 24), stay=False, keep_ports=False)

    told = capsys.readouterr().out
    assert passed, told
    assert "11 incidents of network_transient: one is tried, the rest waits" in " ".join(
        told.split()
    )
    assert "Passed: 24 jobs recovered, with one message and one ticket." in told
    assert "\x1b" not in told
    verdict = told[told.index("What happened") :].splitlines()
    assert max(map(len, verdict)) <= 80
