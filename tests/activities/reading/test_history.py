from typing import Any

import pytest

from activities.reading.evidence import EvidenceReader
from activities.reading.history import before_repairs, may_have_failed, repairs_of

SCENARIO = """
defaults: {max_concurrent_runs: 100}
jobs:
  twice:
    settings:
      tasks:
        - {task_key: load, notebook_task: {notebook_path: /a}}
        - {task_key: sum, notebook_task: {notebook_path: /b}, depends_on: [{task_key: load}]}
    tasks: {load: {fails: {kind: network, times: 2}}}
  broken:
    settings: {tasks: [{task_key: load, notebook_task: {notebook_path: /a}}]}
    tasks: {load: {fails: {kind: network}}}
"""


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def test_run_is_read_as_it_stood_before_two_repairs(lab: Any) -> None:
    run_id = lab.fail("twice")
    first = EvidenceReader(lab.workspace, patient=False).read("default", run_id)
    for _ in range(2):
        lab.control.repair_as_person(int(run_id))
        lab.control.wait_for_run(int(run_id))
    raw = lab.workspace.get_run(run_id)

    reader = EvidenceReader(lab.workspace, patient=False)
    rewound = reader.read_around("default", before_repairs(raw))

    assert raw["state"]["result_state"] == "SUCCESS"
    assert repairs_of(raw) == (2, "SUCCESS")
    assert rewound.run == first.run
    assert rewound.tasks == first.tasks


def test_repaired_run_is_found_in_a_list_without_history(lab: Any) -> None:
    run_id = lab.fail("twice")
    for _ in range(2):
        lab.control.repair_as_person(int(run_id))
        lab.control.wait_for_run(int(run_id))

    listed = lab.workspace.ended_runs(expand_tasks=True)

    (run,) = [each for each in listed if str(each["run_id"]) == run_id]
    assert run["state"]["result_state"] == "SUCCESS"
    assert may_have_failed(run)


@pytest.mark.parametrize("result", ["SUCCESS", "CANCELED"])
def test_run_that_did_not_fail_is_passed_over(result: str) -> None:
    run = {"state": {"result_state": result}, "tasks": [{"task_key": "a", "attempt_number": 0}]}

    assert not may_have_failed(run)


def test_run_without_repairs_stays_as_it_is() -> None:
    raw = {"run_id": 1, "state": {"result_state": "FAILED"}}

    assert before_repairs(raw) == raw
    assert repairs_of(raw) == (0, "")


def test_earlier_attempts_of_a_failed_task_are_read_in_short(lab: Any) -> None:
    run_id = lab.fail("broken")
    for _ in range(2):
        lab.control.repair_as_person(int(run_id))
        lab.control.wait_for_run(int(run_id))

    evidence = EvidenceReader(lab.workspace, patient=False).read("default", run_id)

    (task,) = evidence.failed_tasks
    attempts = evidence.earlier_attempts
    assert [each.task_key for each in attempts] == [task.task_key] * 2
    assert len({task.run_id, *(each.run_id for each in attempts)}) == 3
    assert all(each.error[:60] == task.error[:60] for each in attempts)
    assert attempts[0].ended_at
    assert attempts[1].ended_at
    assert attempts[0].ended_at > attempts[1].ended_at
