import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_commands_are_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))

    assert set(re.findall(r"`make ([a-z]+)`", PAGE)) <= targets


def test_map_shows_every_part_of_the_tree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    parts = [name if name.endswith(".py") else f"{name}/" for name in packages]

    for part in [*parts, "deploy/", "tests/", "bench/"]:
        assert f"| `{part}`" in PAGE, part


def test_every_rule_names_what_enforces_it() -> None:
    rules = PAGE.partition("| rule | enforced by |")[2].partition("\n\n")[0].splitlines()[2:]

    assert len(rules) > 10
    assert all(rule.count("`") >= 2 for rule in rules)
