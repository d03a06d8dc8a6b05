from pathlib import Path

import pytest

from cli.demo.report import show_links
from cli.demo.scene import SCENES, SceneName
from cli.demo.surroundings import prepare


@pytest.mark.parametrize(
    ("scene", "command"),
    [
        (SceneName.FAILURES, "lakemend demo --stay"),
        (SceneName.STORM, "lakemend demo --scene storm --stay"),
    ],
)
def test_the_same_scene_is_suggested_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scene: SceneName, command: str
) -> None:
    show_links(prepare(tmp_path, SCENES[scene], keep_ports=False), stay=False)

    assert f"  {command}" in capsys.readouterr().out.splitlines()
