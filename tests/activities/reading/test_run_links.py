"""A link alone proves nothing: the platform must say that the task started the run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.reading.run_links import RunLink, not_started_by, run_links
from lakemend.evidence import Compute, ComputeKind, TaskFacts

PAGE = "https://adb-1.2.azuredatabricks.net/?o=77#job/5/run/6"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("failed: https://adb-1.2.azuredatabricks.net/?o=77#job/31/run/4711", True),
        ("(https://adb-1.2.azuredatabricks.net/jobs/31/runs/4711?o=77)", True),
        ('<a href="https://ADB-1.2.azuredatabricks.net/#job/31/run/4711">run</a>', True),
        ("see #job/31/run/4711", True),
        ("https://adb-1.2.azuredatabricks.net/?o=78#job/31/run/4711", False),
        ("https://adb-9.9.azuredatabricks.net/?o=77#job/31/run/4711", False),
        ("https://adb-1.2.azuredatabricks.net@evil.example/?o=77#job/31/run/4711", False),
        ("https://[/#job/31/run/4711", False),
    ],
)
def test_link_is_followed_only_inside_its_workspace(text: str, followed: bool) -> None:
    (link,) = run_links(text)

    assert link.run_id == "4711"
    assert link.leads_into(PAGE) is followed


def test_link_with_an_address_needs_a_workspace_that_is_known() -> None:
    (link,) = run_links("https://adb-1.2.azuredatabricks.net/#job/31/run/4711")

    assert not link.leads_into("")


@pytest.mark.parametrize("text", ["", "run 4711", "https://x/jobs/31", "/jobs/x/runs/4711", "#job"])
def test_text_without_a_link_has_none(text: str) -> None:
    assert run_links(text) == ()


def test_links_are_few_and_each_is_named_once() -> None:
    text = " ".join(f"#job/1/run/{number} #job/1/run/{number}" for number in range(1, 50))

    assert run_links(text) == tuple(RunLink(str(number)) for number in range(1, 6))


def linked(**changes: Any) -> dict[str, Any]:
    started = int((NOON + timedelta(seconds=5)).timestamp() * 1000)
    return {
        "run_id": 4711,
        "run_type": "WORKFLOW_RUN",
        "start_time": started,
        "cluster_instance": {"cluster_id": "c"},
        **changes,
    }


CALLER = TaskFacts(
    task_key="call",
    run_id="6",
    compute=Compute(kind=ComputeKind.JOB_CLUSTER, cluster_id="c"),
    started_at=NOON,
    ended_at=NOON + timedelta(minutes=1),
)


def test_notebook_that_a_task_called_was_started_by_it() -> None:
    assert not_started_by(CALLER, linked()) == ""
    assert not_started_by(CALLER, linked(cluster_instance=None)) == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"run_type": "JOB_RUN"}, "it is a JOB_RUN"),
        ({"run_type": "SUBMIT_RUN"}, "it is a SUBMIT_RUN"),
        ({"run_type": None}, "unknown type"),
        ({"start_time": 1}, "did not start while"),
        ({"start_time": 4_000_000_000_000}, "did not start while"),
        ({"start_time": None}, "not known when"),
        ({"cluster_instance": {"cluster_id": "other"}}, "another cluster"),
    ],
)
def test_run_of_somebody_else_was_not(changes: dict[str, Any], why: str) -> None:
    assert why in not_started_by(CALLER, linked(**changes))
