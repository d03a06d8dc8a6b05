from pathlib import Path

import pytest

from lakemend.actions import ACTIONS
from lakemend.incident import Outcome
from lakemend.playbook import load_playbooks

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*Outcome, *ACTIONS, *load_playbooks()])
def test_every_outcome_action_and_error_type_has_a_row(word: str) -> None:
    assert f"| `{word}` |" in PAGE
