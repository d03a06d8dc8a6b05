from datetime import UTC, datetime

import pytest

from lakemend.budget import Budgets, Spent
from lakemend.memory import Remembered
from lakemend.phase import Phase, PlannedStep
from lakemend.starting import begin_with
from lakemend.step import Caps

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def phase(name: str, factor: float = 1) -> Phase:
    changes = PlannedStep(
        action="change_node_type",
        parameters={"memory_factor": factor},
        changes_settings=True,
        cost_factor=factor,
    )
    return Phase(name=name, steps=(changes, PlannedStep(action="repair_run", starts_run=True)))


LADDER = (phase("steps"), phase("rung 1", 2), phase("rung 2", 3), phase("fallback", 4))


def remembered(what: str, times: int = 1) -> Remembered:
    return Remembered(
        cause="driver_oom", phase="x", what=what, times=times, incident_id="i", at=NOON
    )


def names(phases: tuple[Phase, ...]) -> list[str]:
    return [each.name for each in phases]


def test_a_job_without_a_past_begins_as_the_playbook_does() -> None:
    start = begin_with(LADDER, None, Caps(), Spent())

    assert (start.phases, start.why) == (LADDER, "")


def test_what_helped_comes_first_then_the_later_ones_and_none_is_left_out() -> None:
    start = begin_with(LADDER, remembered(LADDER[2].what, times=2), Caps(), Spent())

    assert names(start.phases) == ["rung 2", "fallback", "steps", "rung 1"]
    assert start.remembered is not None
    assert start.why == (
        "Begins with rung 2, which helped the last 2 times against driver_oom in this job: "
        "change_node_type(memory_factor=3), repair_run."
    )


def test_handing_over_to_a_person_stays_the_last() -> None:
    person = Phase(name="fallback", steps=(PlannedStep(action="escalate"),))

    start = begin_with((*LADDER[:3], person), remembered(LADDER[1].what), Caps(), Spent())

    assert names(start.phases) == ["rung 1", "rung 2", "steps", "fallback"]


def test_a_phase_is_known_again_by_what_it_does_not_by_its_name() -> None:
    moved = (LADDER[3], *LADDER[:3])

    start = begin_with(moved, remembered(LADDER[0].what), Caps(), Spent())

    assert start.phases[0] == LADDER[0]


def test_what_the_playbook_has_no_longer_is_not_begun_with() -> None:
    start = begin_with(LADDER, remembered("switch_to_on_demand, repair_run"), Caps(), Spent())

    assert start.phases == LADDER
    assert start.remembered is None
    assert "switch_to_on_demand, repair_run is no part of it now" in start.why


@pytest.mark.parametrize(
    ("caps", "spent", "limit"),
    [
        (Caps(max_cost_factor=3), Spent(), "max_cost_factor allows 3"),
        (
            Caps(budgets=Budgets(max_cost_factor_per_day=6)),
            Spent(attempts=1, cost_factor=3),
            "max_cost_factor_per_day",
        ),
    ],
)
def test_nothing_is_begun_with_that_the_limits_forbid(caps: Caps, spent: Spent, limit: str) -> None:
    start = begin_with(LADDER, remembered(LADDER[3].what), caps, spent)

    assert start.phases == LADDER
    assert start.remembered is None
    assert limit in start.why
