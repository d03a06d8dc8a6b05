import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_with_code_is_a_package(sources: dict[str, str]) -> None:
    folders = {path.rpartition("/")[0] for path in sources} - {""}

    assert {folder for folder in folders if f"{folder}/__init__.py" not in sources} == set()


def test_wheel_types_and_import_rules_cover_the_same_code(
    sources: dict[str, str], project: dict[str, Any]
) -> None:
    code = {path.split("/")[0] for path in sources}
    tools = project["tool"]

    assert set(tools["hatch"]["build"]["targets"]["wheel"]["only-include"]) == code
    assert code <= set(tools["pyright"]["include"])
    packages = {name for name in code if not name.endswith(".py")}
    assert set(tools["importlinter"]["root_packages"]) == packages
