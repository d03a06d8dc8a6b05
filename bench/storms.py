"""Clusters that die under many jobs each: one restart for a cluster, one repair for a run, no more.

`python -m bench.storms [CLUSTERS] [JOBS] [--save]`. Everything is real but the workspace, which is
simulated. All incidents arrive at once, so that a storm begins, is probed, and drains.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from temporalio.client import WorkflowHandle

from api.problems import AwayError
from bench.results import conclude
from bench.stage import Stage, staged
from lakemend.incident import IncidentView, Outcome

CLUSTERS, JOBS = 10, 50
_PATIENCE = 1800
_STARTS_AT_ONCE = 10  # the embedded server answers no more calls at once in good time
_ALLOWED = ("/jobs/runs/repair", "/clusters/start", "/clusters/restart")
_CLUSTER = """
  {name}:
    spec: {{spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}}
    autostart: false"""
_JOB = """
  on-{name}:
    copies: {jobs}
    settings:
      tasks:
        - {{task_key: load, existing_cluster_id: {name}, notebook_task: {{notebook_path: /load}}}}
    tasks: {{load: {{duration: 300s}}}}"""


@dataclass
class Result:
    """What a night with so many dead clusters led to."""

    clusters: int
    jobs: int
    recovered: int
    restarts: int
    repairs: int
    most_repairs_of_a_run: int
    other_changes: int
    storms: int
    let_through: int
    seconds: float
    recoveries_per_second: float

    def broken(self) -> list[str]:
        """Name each limit that is not kept."""
        runs = self.clusters * self.jobs
        kept = {
            f"{runs} recovered": self.recovered == runs,
            f"{self.clusters} restarts": self.restarts == self.clusters,
            f"{runs} repairs, one for a run": self.repairs == runs
            and self.most_repairs_of_a_run == 1,
            "no other change of the workspace": not self.other_changes,
            "one storm": self.storms == 1,
        }
        return [limit for limit, is_kept in kept.items() if not is_kept]


async def measure(clusters: int, jobs: int, storm_incidents: int = 20) -> Result:
    """Let every cluster die under its jobs, and recover them all."""
    names = [f"c{number:03d}" for number in range(clusters)]
    text = "clusters:" + "".join(_CLUSTER.format(name=name) for name in names)
    text += "\njobs:" + "".join(_JOB.format(name=name, jobs=jobs) for name in names)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            staged(text, Path(folder)) as stage,
            stage.working(storm_incidents=storm_incidents),
        ):
            runs = await _dead_runs(stage, names)
            began = time.perf_counter()
            outcomes = await _recover(stage, runs)
            return _result(stage, clusters, jobs, outcomes, time.perf_counter() - began)


async def _dead_runs(stage: Stage, clusters: list[str]) -> list[int]:
    control = stage.simulator.control
    jobs = await asyncio.to_thread(lambda: list(control.status()["jobs"]))
    runs = [await asyncio.to_thread(control.run_job, job) for job in jobs]
    for name in clusters:
        await asyncio.to_thread(
            control.terminate_cluster, name, "COMMUNICATION_LOST", "CLOUD_FAILURE"
        )
    await asyncio.to_thread(
        control.wait_until, lambda: all(run["phase"] == "TERMINATED" for run in control.runs()), 120
    )
    return runs


async def _recover(stage: Stage, runs: list[int]) -> Counter[Outcome | None]:
    slots = asyncio.Semaphore(_STARTS_AT_ONCE)

    async def recover(run: int) -> Outcome | None:
        async with slots:
            handle = await _report(stage, run)
        return (await asyncio.wait_for(handle.result(), _PATIENCE)).outcome

    return Counter(await asyncio.gather(*map(recover, runs)))


async def _report(stage: Stage, run: int) -> WorkflowHandle[Any, IncidentView]:
    """Report as a webhook's sender does, who tries again after a 503."""
    while True:
        try:
            return await stage.report(run)
        except AwayError:
            await asyncio.sleep(1)


def _result(
    stage: Stage, clusters: int, jobs: int, outcomes: Counter[Outcome | None], seconds: float
) -> Result:
    found = stage.simulator.control.invariants()
    repairs = [number for number in found["repairs_per_run"].values() if number]
    others = [each for each in found["changing_calls"] if not each["path"].endswith(_ALLOWED)]
    storms = stage.records.list_storms()
    return Result(
        clusters=clusters,
        jobs=jobs,
        recovered=outcomes[Outcome.RECOVERED],
        restarts=sum(found["cluster_starts"].values()),
        repairs=sum(repairs),
        most_repairs_of_a_run=max(repairs, default=0),
        other_changes=len(others) + len(found["forbidden_calls"]),
        storms=len(storms),
        let_through=sum(storm.tally.let_through for storm in storms),
        seconds=round(seconds, 1),
        recoveries_per_second=round(clusters * jobs / seconds, 1),
    )


def main() -> int:
    """Print the figures, with `--save` keep them; 1 if a limit is broken."""
    clusters, jobs, *_ = [*(int(word) for word in sys.argv[1:] if word.isdigit()), CLUSTERS, JOBS]
    result = asyncio.run(measure(clusters, jobs))
    figures = asdict(result)
    drawn = Table("figure", "measured", title="Many jobs that died with their clusters")
    for name, value in figures.items():
        drawn.add_row(name.replace("_", " "), str(value))
    return conclude("storms", [drawn], figures, result.broken())


if __name__ == "__main__":
    sys.exit(main())
