"""Every file in `cases/` is a case: evidence saved by `lakemend evidence`, and its known cause.

The cause stands in the file as `expected_cause`, or beside it in a file of the same name with the
ending `.cause`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import Evidence
from lakemend.settings_view import shown

CASES = sorted(Path(__file__).with_name("cases").glob("*.json"))


def expected_cause(file: Path, saved: dict[str, Any]) -> str:
    beside = file.with_suffix(".cause")
    return beside.read_text("utf-8").strip() if beside.exists() else saved["expected_cause"]


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_saved_evidence_gets_its_known_cause(file: Path) -> None:
    saved = json.loads(file.read_text("utf-8"))

    diagnosis = diagnose(Evidence.model_validate(saved))

    assert diagnosis.cause == expected_cause(file, saved), diagnosis.reasons


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_saved_evidence_holds_no_secret(file: Path) -> None:
    saved = json.loads(file.read_text("utf-8"))

    assert shown(saved) == saved


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
