"""How long a webhook waits for its 202, against a raw `start_workflow` on the same server.

`python -m bench.acknowledgement [--save]`. The API runs in a process of its own, as it does for
users. Both sides take turns, so that whatever else the machine does hits them alike. No worker
runs: only the acknowledgement is measured.
"""

import asyncio
import itertools
import json
import multiprocessing
import os
import re
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvloop
from pydantic import SecretStr
from rich.table import Table
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from api.server import serve
from bench.results import command_line, conclude
from cli.embedded import PRAGMAS
from lakemend.incident import SEARCH_ATTRIBUTES, TASK_QUEUE, WORKFLOW, IncidentInput
from lakemend.settings import Settings
from records import migrate, open_records

MAX_LATENCY_RATIO = 1.5
MIN_RATE_RATIO = 0.8
ROUNDS = 10
ONE_BY_ONE = 50  # calls a round, for the latency
AT_ONCE = 16
IN_A_BURST = 200  # calls a round, for the rate
WARM_UP = 100
PAUSE_SECONDS = 0.3  # the server finishes what a burst left behind

_API_KEY = "bench-2f6d1c9a"

Call = Callable[[int], Awaitable[Any]]


@dataclass
class Side:
    """One of the two that are compared; latencies and burst times are in seconds."""

    name: str
    call: Call
    latencies: list[float] = field(default_factory=list[float])
    bursts: list[float] = field(default_factory=list[float])

    @property
    def latency(self) -> float:
        return statistics.median(self.latencies)

    @property
    def slow_latency(self) -> float:
        return statistics.quantiles(self.latencies, n=20)[-1]

    @property
    def rate(self) -> float:
        return IN_A_BURST / statistics.median(self.bursts)


@dataclass(frozen=True)
class Result:
    """Both sides, measured."""

    webhook: Side
    raw: Side

    @property
    def latency_ratio(self) -> float:
        return self.webhook.latency / self.raw.latency

    @property
    def rate_ratio(self) -> float:
        return self.webhook.rate / self.raw.rate

    def broken(self) -> list[str]:
        """Name each limit that is not kept."""
        kept = {
            f"latency at most {MAX_LATENCY_RATIO} times": self.latency_ratio <= MAX_LATENCY_RATIO,
            f"rate at least {MIN_RATE_RATIO} times": self.rate_ratio >= MIN_RATE_RATIO,
        }
        return [limit for limit, is_kept in kept.items() if not is_kept]

    def figures(self) -> dict[str, float]:
        """Return what is kept of the measurement; latencies are medians in milliseconds."""
        return {
            "webhook_ms": round(self.webhook.latency * 1000, 2),
            "raw_ms": round(self.raw.latency * 1000, 2),
            "latency_ratio": round(self.latency_ratio, 2),
            "webhook_per_second": round(self.webhook.rate, 1),
            "raw_per_second": round(self.raw.rate, 1),
            "rate_ratio": round(self.rate_ratio, 2),
        }


async def measure(rounds: int = ROUNDS) -> Result:
    """Measure webhook and raw start in turns."""
    with tempfile.TemporaryDirectory() as folder:
        async with _temporal(Path(folder)) as temporal, _api(Path(folder), temporal) as api:
            webhook = Side("webhook: POST /databricks-monitor", api.post)
            raw = Side("raw: start_workflow", _start_with(temporal))
            numbers = itertools.count(1)
            sides = (webhook, raw)
            for side in sides:
                await _in_turn(side, _take(numbers, WARM_UP))
                side.latencies.clear()
            for _ in range(rounds):
                await _measure_round(sides, numbers)
    return Result(webhook, raw)


async def _measure_round(sides: tuple[Side, Side], numbers: Iterator[int]) -> None:
    for _ in range(ONE_BY_ONE):
        for side in sides:
            await _in_turn(side, _take(numbers, 1))
    for side in sides:
        side.bursts.append(await _burst(side.call, _take(numbers, IN_A_BURST)))
        await asyncio.sleep(PAUSE_SECONDS)


def _take(numbers: Iterator[int], count: int) -> list[int]:
    return list(itertools.islice(numbers, count))


async def _in_turn(side: Side, run_ids: list[int]) -> None:
    for run_id in run_ids:
        began = time.perf_counter()
        await side.call(run_id)
        side.latencies.append(time.perf_counter() - began)


async def _burst(call: Call, run_ids: list[int]) -> float:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(run_id: int) -> None:
        async with slots:
            await call(run_id)

    began = time.perf_counter()
    await asyncio.gather(*map(one, run_ids))
    return time.perf_counter() - began


class Sender:
    """Posts over connections that stay open, as bare as can be: it is not what is measured."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, run_id: int) -> None:
        """Report one failure, and wait for the 202."""
        reader, writer = await self._connection()
        writer.write(_request(run_id))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 202"), head
        length = re.search(rb"content-length: (\d+)", head)
        assert length is not None, head
        await reader.readexactly(int(length[1]))
        self._idle.append((reader, writer))

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        """Let go of the connections."""
        for _, writer in self._idle:
            writer.close()


def _request(run_id: int) -> bytes:
    notification = {
        "event_type": "jobs.on_failure",
        "workspace_id": 1234567890123456,
        "run": {"run_id": run_id},
        "job": {"job_id": 662012345678901, "name": "nightly-orders"},
    }
    body = json.dumps(notification)
    return (
        f"POST /databricks-monitor HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {_API_KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _start_with(temporal: Client) -> Call:
    async def start(run_id: int) -> None:
        await temporal.start_workflow(
            WORKFLOW,
            IncidentInput(run_id=str(run_id)),
            id=f"raw:run-{run_id}",
            task_queue=TASK_QUEUE,
        )

    return start


@asynccontextmanager
async def _temporal(folder: Path) -> AsyncGenerator[Client]:
    # The SDK leaves the type of a search attribute's key open.
    async with await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_database_filename=str(folder / "temporal.db"),
        dev_server_extra_args=list(PRAGMAS),
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    ) as environment:
        yield environment.client


@asynccontextmanager
async def _api(folder: Path, temporal: Client) -> AsyncGenerator[Sender]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = temporal.service_client.config.target_host
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(port, address, f"sqlite:///{folder / 'records.db'}")
    )
    process.start()
    sender = Sender(port)
    try:
        await _wait_until_ready(port)
        yield sender
    finally:
        sender.close()
        process.terminate()
        process.join()


def _serve(port: int, address: str, records_url: str) -> None:
    _log_to_nowhere()
    migrate(records_url)
    settings = Settings(demo=True, api_port=port, api_keys=(SecretStr(_API_KEY),))

    async def connect() -> Client:
        return await Client.connect(address, data_converter=pydantic_data_converter)

    uvloop.run(serve(settings, connect, open_records(records_url)))


def _log_to_nowhere() -> None:
    """Log as a server does, JSON without a terminal: each request still pays for its line."""
    nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
        logger_factory=structlog.WriteLoggerFactory(nowhere),
    )


async def _wait_until_ready(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(200):
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise TimeoutError("the API did not get ready")


def table(result: Result) -> Table:
    """Draw both sides and the two ratios with what is allowed."""
    drawn = Table("", "median ms", "95 % ms", f"per second ({AT_ONCE} at once)")
    for side in (result.webhook, result.raw):
        drawn.add_row(
            side.name,
            f"{side.latency * 1000:.2f}",
            f"{side.slow_latency * 1000:.2f}",
            f"{side.rate:.0f}",
        )
    drawn.add_section()
    drawn.add_row("ratio", f"{result.latency_ratio:.2f}", "", f"{result.rate_ratio:.2f}")
    drawn.add_row("allowed", f"<= {MAX_LATENCY_RATIO}", "", f">= {MIN_RATE_RATIO}")
    return drawn


def main() -> int:
    """Print the table, with `--save` keep the figures; 1 if a ratio is not as it should be."""
    command_line("acknowledgement", __doc__).parse_args()
    result = uvloop.run(measure())
    return conclude("acknowledgement", [table(result)], result.figures(), result.broken())


if __name__ == "__main__":
    sys.exit(main())
