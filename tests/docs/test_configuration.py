import re
from pathlib import Path

from lakemend.settings import load_settings
from lakemend.startup import describe

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| (.+) \|$", re.MULTILINE)


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {name: default for name, default, _ in ROW.findall(PAGE.read_text("utf-8"))}
    defaults = load_settings(env_file=None, environ={})

    assert documented == {row.variable: row.value for row in describe(defaults)}
