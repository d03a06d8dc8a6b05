from typing import Any

import pytest

from simulator.model.dag import Verdict, dependants, overall, verdict
from simulator.records import Attempt, End, Phase

SUCCESS = End()
FAILED = End(result="FAILED", code="RUN_EXECUTION_ERROR", type="CLIENT_ERROR", message="broke")
EXCLUDED = End(result="EXCLUDED", code="SKIPPED")


def ended(key: str, end: End | None, **spec: Any) -> Attempt:
    return Attempt(
        run_id=1,
        job_run_id=1,
        task_key=key,
        attempt_number=0,
        spec={"task_key": key, **spec},
        phase=Phase.TERMINATED if end else Phase.RUNNING,
        end=end,
    )


@pytest.mark.parametrize(
    ("rule", "both", "one", "none"),
    [
        ("ALL_SUCCESS", "start", "upstream_failed", "upstream_failed"),
        ("ALL_DONE", "start", "start", "start"),
        ("NONE_FAILED", "start", "upstream_failed", "upstream_failed"),
        ("AT_LEAST_ONE_SUCCESS", "start", "start", "upstream_failed"),
        ("ALL_FAILED", "excluded", "excluded", "start"),
        ("AT_LEAST_ONE_FAILED", "excluded", "start", "start"),
    ],
)
def test_run_if_by_how_many_tasks_before_succeeded(
    rule: str, both: str, one: str, none: str
) -> None:
    spec = {"run_if": rule, "depends_on": [{"task_key": "a"}, {"task_key": "b"}]}

    def when(first: End, second: End) -> Verdict:
        return verdict(spec, {"a": ended("a", first), "b": ended("b", second)})

    assert when(SUCCESS, SUCCESS) == both
    assert when(SUCCESS, FAILED) == one
    assert when(FAILED, FAILED) == none


def test_task_waits_until_all_before_it_have_ended() -> None:
    spec = {"depends_on": [{"task_key": "a"}, {"task_key": "b"}]}

    assert verdict(spec, {"a": ended("a", FAILED), "b": ended("b", None)}) is Verdict.WAIT


def test_task_after_an_excluded_one_is_excluded() -> None:
    spec = {"depends_on": [{"task_key": "a"}]}

    assert verdict(spec, {"a": ended("a", EXCLUDED)}) is Verdict.EXCLUDED


def test_dependants_are_found_however_far() -> None:
    specs = [
        {"task_key": "a"},
        {"task_key": "b", "depends_on": [{"task_key": "a"}]},
        {"task_key": "c", "depends_on": [{"task_key": "b"}]},
        {"task_key": "apart"},
    ]

    assert dependants(["a"], specs) == {"b", "c"}


def test_latest_attempt_of_a_task_decides_the_run() -> None:
    first, second = ended("a", FAILED), ended("a", SUCCESS)

    assert overall([first, second], [second.spec]).result == "SUCCESS"


def test_run_names_the_task_that_failed_first() -> None:
    skipped = End(result="UPSTREAM_FAILED", code="SKIPPED")
    attempts = [ended("a", FAILED), ended("b", skipped, depends_on=[{"task_key": "a"}])]

    end = overall(attempts, [attempt.spec for attempt in attempts])

    assert end.message.startswith("Task a failed with message: broke")
    assert end.life_cycle_state == "INTERNAL_ERROR"
