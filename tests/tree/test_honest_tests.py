"""Tests use real parts, and none is switched off."""

import ast

import pytest

PATCHING = {"monkeypatch.setattr", "monkeypatch.setitem", "mock.patch", "mocker.patch"}
SWITCHED_OFF = {
    "pytest.skip",
    "pytest.xfail",
    "pytest.importorskip",
    "pytest.mark.skip",
    "pytest.mark.skipif",
    "pytest.mark.xfail",
}
MOCKING = {"unittest.mock", "mock", "pytest_mock", "respx", "responses", "freezegun"}


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def spelled(tree: ast.Module) -> set[str]:
    """Every dotted name of a file, like `pytest.mark.skip`."""
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_no_test_replaces_a_part_by_a_mock(tests: dict[str, ast.Module]) -> None:
    found = {
        path: imported(tree) & MOCKING | spelled(tree) & PATCHING for path, tree in tests.items()
    }

    assert {path: names for path, names in found.items() if names} == {}


def test_no_test_is_switched_off(tests: dict[str, ast.Module]) -> None:
    found = {path: spelled(tree) & SWITCHED_OFF for path, tree in tests.items()}

    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from unittest import mock", "unittest.mock"),
        ("import unittest.mock", "unittest.mock"),
        ("from unittest.mock import patch", "unittest.mock"),
    ],
)
def test_mock_is_found_however_it_is_imported(code: str, name: str) -> None:
    assert name in imported(ast.parse(code))


def test_mark_is_found_with_and_without_a_reason() -> None:
    code = "@pytest.mark.skip\ndef a(): ...\n@pytest.mark.xfail(reason='b')\ndef b(): ..."

    assert spelled(ast.parse(code)) >= {"pytest.mark.skip", "pytest.mark.xfail"}
