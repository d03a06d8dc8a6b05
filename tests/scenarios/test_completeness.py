"""Each playbook and each action has what proves it: it helps, something else helps, a person."""

from pathlib import Path

import pytest

from lakemend.actions import ACTIONS, ESCALATE
from lakemend.playbook import SHIPPED as PLAYBOOKS
from lakemend.playbook import Playbook, parse_playbook
from simulator.scenario import Expectation, load_scenario
from tests.scenarios.files import OWN, SHIPPED

CANNOT_FAIL = {"wait"}
# `escalate` ends a recovery instead of taking a step; every playbook shows such an end.
STEPS = set(ACTIONS) - {ESCALATE}
# No built-in cause leads there: rules of one's own may, and the scenarios of `own` do.
WITHOUT_A_CAUSE = {"resource_exhausted"}


def expectations(*files: Path) -> list[Expectation]:
    return [job.expect for file in files for job in load_scenario(file).jobs.values()]


ALL = expectations(*SHIPPED, *OWN)


def declared() -> dict[str, Playbook]:
    files = sorted(PLAYBOOKS.glob("*.yaml"))
    return {file.stem: parse_playbook(file.read_text(encoding="utf-8")) for file in files}


def tries_more_than_once(playbook: Playbook) -> bool:
    attempts = [step.attempts.max or 2 for step in playbook.steps if step.attempts]
    return bool(playbook.ladder or playbook.fallback) or max(attempts, default=1) > 1


def recovers(expected: Expectation) -> bool:
    return expected.outcome == "recovered" and bool(expected.steps)


def fails_first(expected: Expectation) -> bool:
    return recovers(expected) and any(step.endswith(" failed") for step in expected.steps or ())


def test_each_playbook_has_its_file() -> None:
    assert {file.stem for file in SHIPPED} == set(declared()) - WITHOUT_A_CAUSE


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_each_playbook_helps_is_helped_and_gives_up(file: Path) -> None:
    playbook, expected = declared()[file.stem], expectations(file)

    assert {each.error_type for each in expected} == {playbook.error_type}
    assert any(each.outcome == "escalated" for each in expected)
    assert any(map(recovers, expected)) is bool(playbook.steps)
    assert any(map(fails_first, expected)) is tries_more_than_once(playbook)


@pytest.mark.parametrize("action", sorted(STEPS))
def test_each_action_helps_is_helped_and_is_given_up(action: str) -> None:
    done, failed = f"{action} succeeded", f"{action} failed"

    assert any(recovers(each) and done in (each.steps or ()) for each in ALL)
    assert action in CANNOT_FAIL or any(
        fails_first(each) and failed in (each.steps or ()) for each in ALL
    )
    assert any(
        each.outcome == "escalated" and {done, failed} & set(each.steps or ()) for each in ALL
    )
