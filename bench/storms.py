"""Clusters that die under many jobs each: one restart for a cluster, one repair for a run, no more.

`python -m bench.storms [CLUSTERS] [JOBS] [--minutes=N] [--save]`. Everything is real but the
workspace, which is simulated. All incidents arrive at once, so that a storm begins, is probed, and
drains. It says now and then how far it has come, and ends after N minutes at the latest: what holds
for all then was not reached, but what must never happen is looked for all the same.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.table import Table
from temporalio.service import RPCError

from api.problems import AwayError
from bench.results import command_line, conclude
from bench.stage import Stage, staged
from lakemend.incident import OUTCOME_ATTRIBUTE, WORKFLOW, Outcome

CLUSTERS, JOBS = 10, 50
_WITHIN = timedelta(minutes=30)
_SAY_EVERY = 30
_LOOK_EVERY = 2  # seconds: counting thousands costs the server time that the incidents need
_POLL_INTERVAL = timedelta(
    milliseconds=300
)  # the default, as the simulated time runs a hundredfold
_ENDED = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Completed'"
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
    reported: int
    recovered: int
    restarts: int
    most_restarts_of_a_cluster: int
    repairs: int
    most_repairs_of_a_run: int
    other_changes: int
    storms: int
    let_through: int
    seconds: float
    recoveries_per_second: float

    def broken(self) -> list[str]:
        """Name each limit that is not kept, also by a night that was cut short."""
        runs = self.clusters * self.jobs
        all_recovered = self.recovered == runs
        kept = {
            f"{runs} recovered in time": all_recovered,
            f"{self.clusters} restarts": self.restarts == self.clusters or not all_recovered,
            f"{runs} repairs": self.repairs == runs or not all_recovered,
            "one restart for a cluster": self.most_restarts_of_a_cluster <= 1,
            "one repair for a run": self.most_repairs_of_a_run <= 1,
            "no other change of the workspace": not self.other_changes,
            "one storm": self.storms == 1,
        }
        return [limit for limit, is_kept in kept.items() if not is_kept]


@dataclass
class Night:
    """How far it came: how many runs were reported, and how many incidents ended how."""

    reported: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])


async def measure(
    clusters: int, jobs: int, storm_incidents: int = 20, within: timedelta = _WITHIN
) -> Result:
    """Let every cluster die under its jobs, and recover them all."""
    names = [f"c{number:03d}" for number in range(clusters)]
    text = "clusters:" + "".join(_CLUSTER.format(name=name) for name in names)
    text += "\njobs:" + "".join(_JOB.format(name=name, jobs=jobs) for name in names)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            staged(text, Path(folder)) as stage,
            stage.working(storm_incidents=storm_incidents, poll_interval=_POLL_INTERVAL),
        ):
            runs = await _dead_runs(stage, names)
            began = time.perf_counter()
            night = await _recover(stage, runs, within)
            return _result(stage, clusters, jobs, night, time.perf_counter() - began)


async def _dead_runs(stage: Stage, clusters: list[str]) -> list[int]:
    control = stage.simulator.control
    jobs = await asyncio.to_thread(lambda: control.status()["jobs"])
    runs = list[int]()
    async with stage.standing_still():  # a run that is not killed soon succeeds
        for name in clusters:
            its_jobs = [str(id_) for job, id_ in jobs.items() if job.startswith(f"on-{name}")]
            runs += [await asyncio.to_thread(control.run_job, job) for job in its_jobs]
            await asyncio.to_thread(
                control.terminate_cluster, name, "COMMUNICATION_LOST", "CLOUD_FAILURE"
            )
    await asyncio.to_thread(
        control.wait_until, lambda: all(run["phase"] == "TERMINATED" for run in control.runs())
    )
    return runs


async def _recover(stage: Stage, runs: list[int], within: timedelta) -> Night:
    """Report every run, and return how far it came in time."""
    night = Night()
    reporting = asyncio.create_task(_report_all(stage, runs, night))
    began = time.perf_counter()
    says_at = _SAY_EVERY
    ended = 0
    while ended < len(runs) and (passed := time.perf_counter() - began) < within.total_seconds():
        if passed >= says_at:
            says_at += _SAY_EVERY
            _say(passed, f"{night.reported} of {len(runs)} were reported, {ended} have ended")
        await asyncio.sleep(_LOOK_EVERY)
        ended = await _count(stage, _ENDED)
    reporting.cancel()
    await asyncio.gather(reporting, return_exceptions=True)
    for outcome in Outcome:
        query = f"{_ENDED} AND {OUTCOME_ATTRIBUTE} = '{outcome}'"
        night.outcomes[outcome] = await _count(stage, query)
    return night


def _say(passed: float, how_far: str) -> None:
    print(f"{passed:6.0f} s: {how_far}; load {os.getloadavg()[0]:.1f}", flush=True)


async def _count(stage: Stage, query: str) -> int:
    """Count, however long a busy server lets us wait for it."""
    while True:
        try:
            return (await stage.client.count_workflows(query)).count
        except RPCError as error:
            _say(0, f"the server does not count: {error.message}")
            await asyncio.sleep(_LOOK_EVERY)


async def _report_all(stage: Stage, runs: list[int], night: Night) -> None:
    slots = asyncio.Semaphore(_STARTS_AT_ONCE)

    async def report(run: int) -> None:
        async with slots:
            await _report(stage, run)
            night.reported += 1

    await asyncio.gather(*map(report, runs))


async def _report(stage: Stage, run: int) -> None:
    """Report as a webhook's sender does, who tries again after a 503."""
    while True:
        try:
            await stage.report(run)
        except AwayError:
            await asyncio.sleep(1)
        else:
            return


def _result(stage: Stage, clusters: int, jobs: int, night: Night, seconds: float) -> Result:
    found = stage.simulator.control.invariants()
    repairs = [number for number in found["repairs_per_run"].values() if number]
    others = [each for each in found["changing_calls"] if not each["path"].endswith(_ALLOWED)]
    storms = stage.records.list_storms()
    return Result(
        clusters=clusters,
        jobs=jobs,
        reported=night.reported,
        recovered=night.outcomes[Outcome.RECOVERED],
        restarts=sum(found["cluster_starts"].values()),
        most_restarts_of_a_cluster=max(found["cluster_starts"].values()),
        repairs=sum(repairs),
        most_repairs_of_a_run=max(repairs, default=0),
        other_changes=len(others) + len(found["forbidden_calls"]),
        storms=len(storms),
        let_through=sum(storm.tally.let_through for storm in storms),
        seconds=round(seconds, 1),
        recoveries_per_second=round(night.outcomes.total() / seconds, 1),
    )


def main() -> int:
    """Print the figures, with `--save` keep them; 1 if a limit is broken."""
    clusters, jobs, within = _wanted(sys.argv[1:])
    result = asyncio.run(measure(clusters, jobs, within=within))
    figures = asdict(result)
    drawn = Table("figure", "measured", title="Many jobs that died with their clusters")
    for name, value in figures.items():
        drawn.add_row(name.replace("_", " "), str(value))
    return conclude("storms", [drawn], figures, result.broken())


def _wanted(words: list[str]) -> tuple[int, int, timedelta]:
    parser = command_line("storms", __doc__)
    parser.add_argument("clusters", type=int, nargs="?", default=CLUSTERS)
    parser.add_argument("jobs", type=int, nargs="?", default=JOBS)
    parser.add_argument("--minutes", type=int, default=30)
    wanted = parser.parse_args(words)
    return wanted.clusters, wanted.jobs, timedelta(minutes=wanted.minutes)


if __name__ == "__main__":
    sys.exit(main())
