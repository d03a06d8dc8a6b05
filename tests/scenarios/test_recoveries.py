"""Every playbook and action: it helps, something else helps, or a person gets all as it was.

The table is what each job of the files in this folder expects. All run at the same time.
"""

import asyncio

import pytest

from cli.demo.verdict import Verdict
from lakemend.playbook import Playbooks, load_playbooks
from simulator.scenario import parse_scenario
from tests.scenarios.files import OWN, SHIPPED, own_playbooks, together
from tests.scenarios.playing import play

WORKSPACES: dict[str, tuple[str, Playbooks]] = {
    "shipped": (together(SHIPPED), load_playbooks()),
    "own": (together(OWN), own_playbooks()),
}
JOBS = [
    pytest.param(name, job, id=job)
    for name, (text, _) in WORKSPACES.items()
    for job in parse_scenario(text).jobs
]


@pytest.fixture(scope="module")
async def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    plays = [
        play(text, playbooks, tmp_path_factory.mktemp(name))
        for name, (text, playbooks) in WORKSPACES.items()
    ]
    return dict(zip(WORKSPACES, await asyncio.gather(*plays), strict=True))


@pytest.mark.parametrize(("workspace", "job"), JOBS)
def test_a_failure_ends_as_its_scenario_says(
    verdicts: dict[str, Verdict], workspace: str, job: str
) -> None:
    (story,) = (each for each in verdicts[workspace].stories if each.job == job)

    assert story.problems == [], [incident.message for incident in story.incidents]


def test_a_change_that_helped_and_stays_is_told(verdicts: dict[str, Verdict]) -> None:
    kept = [story for story in verdicts["shipped"].stories if story.expected.kept]

    assert kept
    for story in kept:
        assert any("keeps the change" in note for note in story.incidents[0].notes), story.job


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_the_workspace_is_left_in_order(verdicts: dict[str, Verdict], workspace: str) -> None:
    assert verdicts[workspace].broken == []
