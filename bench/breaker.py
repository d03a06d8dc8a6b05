"""What a breaker costs: requests on one key at once, and the latency of one request.

`python -m bench.breaker [INCIDENTS] [--save]`. Embedded server, one process. The incidents of
the first part ask a breaker and the gate as incidents do, run as many activities as a healthy
repair, and report; the same incidents that ask nobody are the measure. Then there are three to
ask: the breakers of job and cluster, and the gate. The latency is from the request to the end of
the holder that was answered, against a signal to a workflow that signals back.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.table import Table
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.breakers import EntityActivities
from activities.gates import GateActivities
from bench.breaker_workflows import (
    AT_ONCE,
    Echo,
    Holder,
    Incident,
    nothing_recovered,
    record_audit,
    work,
)
from bench.results import command_line, conclude
from cli.embedded import CONFIG_FLAGS
from lakemend.incident import BREAKER_STATE_ATTRIBUTE
from lakemend.letter import ENTITY_QUEUE
from lakemend.permit import (
    BreakerCall,
    PermitRequest,
    breaker_workflow_id,
)
from workflows.breaker import BreakerWorkflow
from workflows.converter import sharing_converter
from workflows.gate import GateWorkflow
from workflows.sandbox import sandbox

TASK_QUEUE = "bench-breaker"
LATENCY_ROUNDS = 100
PAUSE = 0.05
BREAKER = "BenchError:job-1"
ALL_LEVELS = ("BenchError:job-3", "BenchError:cluster-3")
STARTS_AT_ONCE = 50
"""The embedded server answers no more calls at once in good time; the incidents still overlap."""
MAX_ADDED_EVENTS = 16
MIN_THROUGHPUT_RATIO = 0.5
MAX_LATENCY_RATIO = 3.0
MAX_GENERATION_EVENTS = 10_000


@dataclass
class Result:
    """What was measured; latencies are medians in milliseconds."""

    incidents: int
    plain_per_second: float
    with_breaker_per_second: float
    throughput_ratio: float
    permits_given: int
    events_added: int
    with_all_levels_per_second: float
    granted_by_all_levels: int
    events_added_by_all_levels: int
    breaker_generations: int
    longest_generation_events: int
    signal_round_trip_ms: float
    permit_ms: float
    latency_ratio: float

    def broken(self) -> list[str]:
        """Name each limit that is not kept."""
        kept = {
            "one permit for each incident": self.permits_given == self.incidents,
            f"at most {MAX_ADDED_EVENTS} events added": self.events_added <= MAX_ADDED_EVENTS,
            "a leave of all levels for each": self.granted_by_all_levels == self.incidents,
            f"at most {MAX_ADDED_EVENTS} events added by all levels": (
                self.events_added_by_all_levels <= MAX_ADDED_EVENTS
            ),
            f"throughput at least {MIN_THROUGHPUT_RATIO}": (
                self.throughput_ratio >= MIN_THROUGHPUT_RATIO
            ),
            f"latency at most {MAX_LATENCY_RATIO} times": self.latency_ratio <= MAX_LATENCY_RATIO,
            f"each generation under {MAX_GENERATION_EVENTS} events": (
                self.longest_generation_events < MAX_GENERATION_EVENTS
            ),
        }
        return [limit for limit, is_kept in kept.items() if not is_kept]


@asynccontextmanager
async def running() -> AsyncGenerator[Client]:
    """Start the embedded server and workers, set up as ours are."""
    attributes: list[Any] = [SearchAttributeKey.for_keyword(BREAKER_STATE_ATTRIBUTE)]
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        data_converter=pydantic_data_converter,
        search_attributes=attributes,
        dev_server_extra_args=list(CONFIG_FLAGS),
    ) as env:
        client = sharing_converter(env.client)
        gates = GateActivities(client, ENTITY_QUEUE, entities_of(client))
        async with (
            Worker(
                client,
                task_queue=TASK_QUEUE,
                workflows=[Incident, Echo, Holder],
                activities=[gates.ask_leave, gates.return_leave, work],
                workflow_runner=sandbox(),
            ),
            Worker(
                client,
                task_queue=ENTITY_QUEUE,
                workflows=[BreakerWorkflow, GateWorkflow],
                activities=[record_audit],
                workflow_runner=sandbox(),
            ),
        ):
            yield client
    # The SDK's threads hand back what they hold; an interpreter that ends before aborts or hangs.
    await asyncio.sleep(1)


async def run_incidents(
    client: Client, count: int, breakers: Sequence[str] = ()
) -> tuple[float, int, int]:
    """Return incidents a second, permits given in all, and the events of one incident."""
    slots = asyncio.Semaphore(STARTS_AT_ONCE)
    crowd = str(uuid4())  # a cause of its own: one crowd after the other would be a storm

    async def start() -> WorkflowHandle[Any, int]:
        async with slots:
            return await client.start_workflow(
                Incident.run,
                args=[list(breakers), crowd],
                id=str(uuid4()),
                task_queue=TASK_QUEUE,
            )

    began = time.perf_counter()
    handles = await asyncio.gather(*(start() for _ in range(count)))
    permits = await asyncio.gather(*(handle.result() for handle in handles))
    rate = count / (time.perf_counter() - began)
    events = [await _length(client, handle.id) for handle in handles[:: max(1, count // 20)]]
    return rate, sum(permits), max(events)


async def _length(client: Client, workflow_id: str, run_id: str | None = None) -> int:
    described = await client.get_workflow_handle(workflow_id, run_id=run_id).describe()
    return described.raw_description.workflow_execution_info.history_length


async def generations(client: Client, breaker: str) -> list[int]:
    """Return the events of each run of the breaker."""
    query = f"WorkflowId='{breaker_workflow_id(breaker)}'"
    await asyncio.sleep(1)  # the list is eventually consistent
    return [
        await _length(client, execution.id, execution.run_id)
        async for execution in client.list_workflows(query)
    ]


async def latency(client: Client, send: Callable[[PermitRequest], Awaitable[None]]) -> float:
    """Return the median milliseconds from request to answer, one request after the other."""
    taken: list[float] = []
    for _ in range(LATENCY_ROUNDS):
        holder = await client.start_workflow(Holder.run, id=str(uuid4()), task_queue=TASK_QUEUE)
        await asyncio.sleep(PAUSE)  # its first task is not part of the round trip
        request = PermitRequest(request_id=str(uuid4()), holder=holder.id, settings=AT_ONCE)
        began = time.perf_counter()
        await send(request)
        await holder.result()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


async def measure(count: int) -> Result:
    """Measure everything once, each with a server that is warm."""
    async with running() as client:
        await run_incidents(client, min(count, 50), ALL_LEVELS)
        plain, _, plain_events = await run_incidents(client, count)
        rate, permits, events = await run_incidents(client, count, [BREAKER])
        runs = await generations(client, BREAKER)
        # those of the warm-up had nothing to remember and have ended: this is about levels that run
        await run_incidents(client, 1, ALL_LEVELS)
        rate_of_all, by_all, events_of_all = await run_incidents(client, count, ALL_LEVELS)
        bare, permit = await _latencies(client)
    return Result(
        incidents=count,
        plain_per_second=round(plain, 1),
        with_breaker_per_second=round(rate, 1),
        throughput_ratio=round(rate / plain, 2),
        permits_given=permits,
        events_added=events - plain_events,
        with_all_levels_per_second=round(rate_of_all, 1),
        granted_by_all_levels=by_all,
        events_added_by_all_levels=events_of_all - plain_events,
        breaker_generations=len(runs),
        longest_generation_events=max(runs),
        signal_round_trip_ms=round(bare, 1),
        permit_ms=round(permit, 1),
        latency_ratio=round(permit / bare, 2),
    )


def entities_of(client: Client) -> EntityActivities:
    """Return what asks breakers; they have a queue of their own, as in the worker."""
    return EntityActivities(client, ENTITY_QUEUE, nothing_recovered)


async def _latencies(client: Client) -> tuple[float, float]:
    entities = entities_of(client)
    echo = await client.start_workflow(Echo.run, id=str(uuid4()), task_queue=TASK_QUEUE)

    async def bare(request: PermitRequest) -> None:
        await echo.signal(Echo.request_permit, request)

    async def permit(request: PermitRequest) -> None:
        await entities.request_permit(BreakerCall(name="BenchError:job-2", request=request))

    return await latency(client, bare), await latency(client, permit)


def main() -> int:
    """Print the figures, with `--save` keep them; 1 if a limit is broken."""
    parser = command_line("breaker", __doc__)
    parser.add_argument("incidents", type=int, nargs="?", default=1000)
    result = asyncio.run(measure(parser.parse_args().incidents))
    figures = asdict(result)
    table = Table("figure", "measured", title="One breaker, many incidents")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    return conclude("breaker", [table], figures, result.broken())


if __name__ == "__main__":
    sys.exit(main())
