"""Recoveries a second, against a plain workflow that makes the same calls to the workspace.

`python -m bench.recoveries [--save]`. Both take turns on one server, one worker process and one
simulated workspace. The plain workflow has no diagnosis, breaker, records or audit trail: the ratio
is what those cost.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from rich.table import Table
from temporalio.worker import Worker

from bench.plain import PlainRepairWorkflow
from bench.results import command_line, conclude
from bench.stage import SOON, Stage, staged
from lakemend.evidence import RunPhase
from lakemend.incident import Outcome
from lakemend.step import WatchedRun
from workflows.sandbox import sandbox

MIN_RATIO = 0.6
ROUNDS = 4
AT_ONCE = 25
_QUEUE = "plain"
_JOB = """
  job_{number}:
    settings:
      tasks:
        - task_key: load
          new_cluster: {{spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}}
          notebook_task: {{notebook_path: /load}}
    tasks: {{load: {{duration: 1s, fails: {{kind: network, times: 1}}}}}}
"""
JOBS = "jobs:" + "".join(_JOB.format(number=number) for number in range(AT_ONCE))


async def ours(stage: Stage, runs: list[int]) -> float:
    """Recover all runs by incidents; seconds."""
    began = time.perf_counter()
    handles = await asyncio.gather(*(stage.report(run) for run in runs))
    views = await asyncio.wait_for(asyncio.gather(*(each.result() for each in handles)), SOON)
    took = time.perf_counter() - began
    assert all(view.outcome is Outcome.RECOVERED for view in views)
    return took


async def plain(stage: Stage, runs: list[int]) -> float:
    """Recover all runs by plain workflows; seconds."""
    began = time.perf_counter()
    ends = await asyncio.wait_for(
        asyncio.gather(
            *(
                stage.client.execute_workflow(
                    PlainRepairWorkflow.run,
                    WatchedRun(workspace="default", run_id=str(run)),
                    id=f"plain-{run}",
                    task_queue=_QUEUE,
                )
                for run in runs
            )
        ),
        SOON,
    )
    took = time.perf_counter() - began
    assert all(end.phase is RunPhase.SUCCEEDED for end in ends)
    return took


async def measure() -> dict[str, float]:
    """Return the median recoveries a second of both, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(JOBS, Path(folder)) as stage, stage.working():
            runner = sandbox()
            workflows = [PlainRepairWorkflow]
            async with Worker(
                stage.client, task_queue=_QUEUE, workflows=workflows, workflow_runner=runner
            ):
                return await _rounds(stage)


async def _rounds(stage: Stage) -> dict[str, float]:
    await ours(stage, await _failed_runs(stage))  # connections, caches and first imports
    await plain(stage, await _failed_runs(stage))
    pairs = [
        (
            await ours(stage, await _failed_runs(stage)),
            await plain(stage, await _failed_runs(stage)),
        )
        for _ in range(ROUNDS)
    ]
    return {
        "ours_per_second": AT_ONCE / statistics.median(pair[0] for pair in pairs),
        "plain_per_second": AT_ONCE / statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(pair[1] / pair[0] for pair in pairs),
    }


async def _failed_runs(stage: Stage) -> list[int]:
    runs = await asyncio.gather(*(stage.failed_run(f"job_{number}") for number in range(AT_ONCE)))
    return list(runs)


def main() -> int:
    """Print the table; 1 if the limit is broken."""
    command_line("recoveries", __doc__).parse_args()
    found = asyncio.run(measure())
    drawn = Table("recoveries a second", "plain workflow", "ratio", title="Recoveries")
    drawn.add_row(
        f"{found['ours_per_second']:.1f}",
        f"{found['plain_per_second']:.1f}",
        f"{found['ratio']:.2f}",
    )
    broken = [f"ratio {found['ratio']:.2f}, at least {MIN_RATIO} is wanted"]
    return conclude("recoveries", [drawn], found, broken if found["ratio"] < MIN_RATIO else [])


if __name__ == "__main__":
    sys.exit(main())
