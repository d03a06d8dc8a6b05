"""The command line in this process, in an empty folder, with variables that name nothing."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import main
from lakemend.settings import VARIABLES

FOREIGN = ("TEMPORAL_", "DATABRICKS_", "LAKEMEND_")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def neutral() -> dict[str, str]:
    """The variables of this machine without any of ours; 80 columns, no terminal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(FOREIGN)
    }
    return {**kept, "COLUMNS": "80", "NO_PROXY": "127.0.0.1"}


@pytest.fixture
def lakemend(
    neutral: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Answer]:
    """Run a command with these variables besides a data folder of its own."""

    def run(*arguments: str, **variables: str) -> Answer:
        given = {**neutral, "LAKEMEND_DATA_DIR": str(tmp_path / "data"), **variables}
        monkeypatch.chdir(tmp_path)
        for name in set(os.environ) - set(given):
            monkeypatch.delenv(name)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return run
