"""The files of the project: what a clone would hold."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("activities", "api", "cli", "lakemend", "records", "simulator", "workflows")
FOLDERS = (*PACKAGES, "bench", "deploy", "docs", "tests", ".ci")
NOT_OURS = {"__pycache__", "results"}
# in a linked working tree `.git` is a file that names where the clone is
ELSEWHERE = {".env", ".git"}


def is_ours(path: Path) -> bool:
    return path.is_file() and not NOT_OURS & set(path.parts) and path.suffix not in {".pyc", ".db"}


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Every text file by its path."""
    paths = [path for path in ROOT.iterdir() if path.name not in ELSEWHERE and is_ours(path)]
    paths += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if is_ours(path)]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(paths)
    }


@pytest.fixture(scope="session")
def sources(texts: dict[str, str]) -> dict[str, str]:
    """The Python files that are installed."""
    return {
        path: text
        for path, text in texts.items()
        if path == "worker.py" or (path.endswith(".py") and path.split("/")[0] in PACKAGES)
    }


@pytest.fixture(scope="session")
def tests(texts: dict[str, str]) -> dict[str, ast.Module]:
    """The Python files below tests/, parsed."""
    return {
        path: ast.parse(text, filename=path)
        for path, text in texts.items()
        if path.startswith("tests/") and path.endswith(".py")
    }
