"""The ways that an incident goes, each with how its job is made to fail."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench.stage import Stage
from lakemend.incident import Outcome

JOBS = Path(__file__).with_name("events.yaml")
"""What the simulated workspace holds."""


@dataclass(frozen=True)
class Scenario:
    """`fail` lets the job fail and returns the run that is then reported `reports` times."""

    name: str
    job: str
    outcome: Outcome
    fail: Callable[[Stage, str], Awaitable[int]] = Stage.failed_run
    reports: int = 1
    dry_run: bool = False
    task_key: str = ""


async def _lose_cluster(stage: Stage, job: str) -> int:
    control = stage.simulator.control
    run_id = control.run_job(job)
    await asyncio.sleep(0.5)
    control.terminate_cluster("shared", code="COMMUNICATION_LOST", type="CLOUD_FAILURE")
    await asyncio.to_thread(control.wait_for_run, run_id)
    return run_id


async def _let_a_person_repair(stage: Stage, job: str) -> int:
    run_id = await stage.failed_run(job)
    await asyncio.to_thread(stage.simulator.control.repair_as_person, run_id)
    return run_id


async def _fail_one_task(stage: Stage, job: str) -> int:
    run_id = stage.simulator.control.run_job(job)
    await asyncio.sleep(0.4)
    return run_id


async def _open_breaker(stage: Stage, job: str) -> int:
    for _ in range(stage.settings.circuit_breaker_failure_threshold):
        await stage.recover(job)
    return await stage.failed_run(job)


HEALTHY = Scenario("one repair helps", "repaired_once", Outcome.RECOVERED)
WATCHED_LONG = Scenario("one repair helps, looked at often", "repaired_slowly", Outcome.RECOVERED)
SCENARIOS = (
    HEALTHY,
    WATCHED_LONG,
    Scenario("the second repair helps", "repaired_twice", Outcome.RECOVERED),
    Scenario("one repair, reported ten times", "reported_often", Outcome.RECOVERED, reports=10),
    Scenario("more memory, put back", "more_memory", Outcome.RECOVERED),
    Scenario("cluster restarted", "cluster_restarted", Outcome.RECOVERED, _lose_cluster),
    Scenario("nothing helps", "never_helped", Outcome.ESCALATED),
    Scenario("rejected by its breaker", "fails_for_ever", Outcome.ESCALATED, _open_breaker),
    Scenario("only a person can help", "person_needed", Outcome.ESCALATED),
    Scenario("a dry run", "dry_run", Outcome.OBSERVED, dry_run=True),
    Scenario("a person was first", "repaired_by_person", Outcome.SUPERSEDED, _let_a_person_repair),
    Scenario(
        "the platform retries",
        "retried_by_platform",
        Outcome.SUPERSEDED,
        _fail_one_task,
        task_key="load",
    ),
)
