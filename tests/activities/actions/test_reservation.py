"""Attempts are counted before the first write, once for all their tries."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from lakemend.budget import Budgets
from lakemend.step import Caps

TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"
CLUSTER = "{node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12}"
JOB = f"tasks: [{TASK}], job_clusters: [{{job_cluster_key: main, new_cluster: {CLUSTER}}}]"
NAMES = ["repaired", "refused", "lost", "grown", "dear", "rehearsed", "already"]
SCENARIO = "name: budgets\njobs:\n" + "\n".join(
    f"  {name}: {{settings: {{{JOB}}}, tasks: {{load: {{fails: {{kind: network}}}}}}}}"
    for name in NAMES
)


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def caps(attempts: int = 30, cost: float = 60, factor: float = 4) -> Caps:
    budgets = Budgets(max_attempts_per_job_and_day=attempts, max_cost_factor_per_day=cost)
    return Caps(max_cost_factor=factor, budgets=budgets)


def repair(lab: Any, job: str, **fields: Any) -> Any:
    """One attempt to repair a run that has just failed."""
    job_id = str(lab.control.job_id(job))
    tasks = ("load",)
    return lab.step("repair_run", run_id=lab.fail(job), job_id=job_id, failed_tasks=tasks, **fields)


def grow(lab: Any, job: str, **fields: Any) -> Any:
    job_id = str(lab.control.job_id(job))
    parameters = {"percent": 50}
    return lab.job_step("scale_cluster", job, job_id=job_id, parameters=parameters, **fields)


def used(lab: Any, job: str) -> tuple[int, float]:
    spent = lab.records.spent_by("default", f"job-{lab.control.job_id(job)}")
    return spent.attempts, spent.cost_factor


def test_a_repair_counts_with_what_the_changes_before_it_cost(lab: Any) -> None:
    lab.act(repair(lab, "repaired", cost_factor=1.5))

    assert used(lab, "repaired") == (1, 1.5)


def test_beyond_the_budget_nothing_is_called(lab: Any) -> None:
    first = repair(lab, "refused", caps=caps(attempts=1), token="first")
    lab.act(first)
    lab.control.wait_for_run(int(first.run_id))
    second = repair(lab, "refused", caps=caps(attempts=1), token="second")

    with pytest.raises(ApplicationError) as refused:
        lab.act(second)

    assert refused.value.type == "BudgetExceededError"
    assert refused.value.non_retryable
    assert "max_attempts_per_job_and_day allows 1" in refused.value.message
    assert lab.control.invariants()["repairs_per_run"].get(second.run_id, 0) == 0


def test_a_call_that_never_arrived_counts_once(lab: Any) -> None:
    step = repair(lab, "lost", caps=caps(attempts=1))
    lab.control.add_fault("drop_before", path="*/runs/repair")
    with pytest.raises(ApplicationError):
        lab.act(step)

    lab.act(step, number=2)

    assert used(lab, "lost") == (1, 1)
    assert lab.control.invariants()["repairs_per_run"][step.run_id] == 1


def test_a_change_is_refused_when_no_attempt_could_pay_for_it(lab: Any) -> None:
    before = lab.settings("grown")
    budget = caps(cost=1)

    with pytest.raises(ApplicationError, match="max_cost_factor_per_day"):
        lab.act(grow(lab, "grown", caps=budget))

    assert lab.settings("grown") == before
    assert used(lab, "grown") == (0, 0)


def test_changes_that_together_cost_more_than_the_cap_are_refused(lab: Any) -> None:
    before = lab.settings("dear")

    with pytest.raises(ApplicationError, match=r"max_cost_factor allows 2, the step needs 2\.8"):
        lab.act(grow(lab, "dear", cost_factor=2, caps=caps(factor=2)))

    assert lab.settings("dear") == before


def test_a_dry_run_counts_nothing(lab: Any) -> None:
    lab.act(repair(lab, "rehearsed", dry_run=True))

    assert used(lab, "rehearsed") == (0, 0)


def test_work_that_is_found_done_is_not_counted_again(lab: Any) -> None:
    step = grow(lab, "already", caps=caps(attempts=1))
    lab.act(step)
    lab.act(repair(lab, "already", caps=caps(attempts=1), token="other"))

    assert lab.act(step, number=2).change is not None
