"""A flood of signals to one breaker: is one lost, does the worker grow, does a history?

`python -m bench.breaker_flood [SIGNALS] [--save]`. Embedded server, `lakemend worker` as a process
of its own. Every signal is the report of a recovery with an id of its own, to a breaker that counts
and never opens, so that its totals must be the number of signals.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from bench.results import command_line, conclude
from bench.stage import Stage, WorkerProcess, staged
from lakemend.breaker.view import BreakerInput, BreakerStatus
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import (
    BREAKER_WORKFLOW,
    ManualChange,
    PermitOutcome,
    PermitReport,
    breaker_workflow_id,
)

NAME = "BenchError:job-flood"
SENDERS = 50
FULL = "exceeded workflow execution limit for signal events"
REFUSED_FOR = 0.2
"""Seconds until a refused report is sent again, by incidents too."""
SAMPLES = 10
MAX_GENERATION_EVENTS = 10_000
MAX_GROWTH = 1.2
"""Of the worker's memory from a third of the flood to its end: caches and arenas settle first."""
PATIENCE = 600
"""Seconds for the breaker to catch up."""


@dataclass
class Result:
    """What was measured; memory in MB, in `SAMPLES` equal parts of the flood."""

    signals: int
    counted: int
    signals_per_second: float
    handled_per_second: float
    generations: int
    longest_generation_events: int
    memory_mb: list[float]

    def broken(self) -> list[str]:
        """Name each limit that is not kept."""
        settled, last = self.memory_mb[len(self.memory_mb) // 3], self.memory_mb[-1]
        kept = {
            "no signal lost, none counted twice": self.counted == self.signals,
            f"memory grows to {MAX_GROWTH} at most": last <= settled * MAX_GROWTH,
            f"each generation under {MAX_GENERATION_EVENTS} events": (
                self.longest_generation_events < MAX_GENERATION_EVENTS
            ),
        }
        return [limit for limit, is_kept in kept.items() if not is_kept]


async def start(client: Client) -> WorkflowHandle[Any, Any]:
    """Start a breaker that counts everything and never opens."""
    return await client.start_workflow(
        BREAKER_WORKFLOW,
        BreakerInput(name=NAME),
        id=breaker_workflow_id(NAME),
        task_queue=ENTITY_QUEUE,
        start_signal="metrics_only",
        start_signal_args=[ManualChange(by="bench", reason="a flood of signals")],
    )


async def flood(breaker: WorkflowHandle[Any, Any], first: int, count: int) -> None:
    """Send `count` reports, numbered from `first`."""
    numbers = iter(range(first, first + count))

    async def send() -> None:
        for number in numbers:
            outcome = PermitOutcome.FAILURE if number % 2 else PermitOutcome.SUCCESS
            report = PermitReport(request_id=f"request-{number}", outcome=outcome)
            await deliver(breaker, report)

    await asyncio.gather(*(send() for _ in range(SENDERS)))


async def deliver(breaker: WorkflowHandle[Any, Any], report: PermitReport) -> None:
    """Send a report, as often as a run refuses it that has had all the signals it may have."""
    while True:
        try:
            return await breaker.signal("report", report)
        except RPCError as error:
            if FULL not in error.message:
                raise
        await asyncio.sleep(REFUSED_FOR)


async def counted(breaker: WorkflowHandle[Any, Any]) -> int:
    """Return how many reports the breaker has counted."""
    status = await breaker.query("status", result_type=BreakerStatus)
    return status.totals.successful + status.totals.failed


async def all_counted(breaker: WorkflowHandle[Any, Any], expected: int) -> int:
    """Wait until the breaker has caught up; returns what it has counted."""
    found = 0
    for _ in range(PATIENCE):
        found = await counted(breaker)
        if found >= expected:
            break
        await asyncio.sleep(1)
    return found


async def generations(client: Client) -> list[int]:
    """Return the events of each run of the breaker."""
    await asyncio.sleep(2)  # the list is eventually consistent
    query = f"WorkflowId='{breaker_workflow_id(NAME)}'"
    found = [each async for each in client.list_workflows(query)]
    lengths: list[int] = []
    for each in found:
        described = await client.get_workflow_handle(each.id, run_id=each.run_id).describe()
        lengths.append(described.raw_description.workflow_execution_info.history_length)
    return lengths


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return round(int(answer.stdout) / 1024, 1)


async def measure(count: int) -> Result:
    """Send all signals, and wait until they are counted."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged("jobs: {}", Path(folder)) as stage:
            worker = WorkerProcess(stage)
            try:
                return await _measure(stage, worker.pid, count)
            finally:
                worker.stop()


async def _measure(stage: Stage, worker: int, count: int) -> Result:
    breaker = await start(stage.client)
    await all_counted(breaker, 0)
    memory: list[float] = []
    part = count // SAMPLES
    began = time.perf_counter()
    sending = 0.0
    for number in range(SAMPLES):
        sent = time.perf_counter()
        await flood(breaker, number * part, part)
        sending += time.perf_counter() - sent
        memory.append(memory_of(worker))
    found = await all_counted(breaker, part * SAMPLES)
    took = time.perf_counter() - began
    memory.append(memory_of(worker))
    runs = await generations(stage.client)
    return Result(
        signals=part * SAMPLES,
        counted=found,
        signals_per_second=round(part * SAMPLES / sending, 1),
        handled_per_second=round(found / took, 1),
        generations=len(runs),
        longest_generation_events=max(runs),
        memory_mb=memory,
    )


def main() -> int:
    """Print the figures, with `--save` keep them; 1 if a limit is broken."""
    parser = command_line("breaker_flood", __doc__)
    parser.add_argument("signals", type=int, nargs="?", default=100_000)
    result = asyncio.run(measure(parser.parse_args().signals))
    figures = asdict(result)
    table = Table("figure", "measured", title="One breaker, a flood of signals")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    return conclude("breaker_flood", [table], figures, result.broken())


if __name__ == "__main__":
    sys.exit(main())
