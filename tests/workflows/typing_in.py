"""Command lines as a guide shows them, typed at the server of a bench."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from lakemend.incident import BREAKER_STATE_ATTRIBUTE
from lakemend.letter import ENTITY_QUEUE
from tests.workflows.holders import BINARIES, Bench, running_bench

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)


@asynccontextmanager
async def bench_on_a_real_server() -> AsyncGenerator[Bench]:
    """A bench at a server that keeps real time and knows the search attribute, as ours do."""
    async with (
        await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
            dev_server_existing_path=str(BINARIES / "temporal"),
            dev_server_startup_timeout=timedelta(seconds=60),
            data_converter=pydantic_data_converter,
            search_attributes=[SearchAttributeKey.for_keyword(BREAKER_STATE_ATTRIBUTE)],
        ) as env,
        running_bench(env, task_queue=ENTITY_QUEUE) as bench,
    ):
        yield bench


def lines_of(page: str) -> list[str]:
    """The lines of the shell blocks of a page under `docs/`."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [line for block in BLOCK.findall(text) for line in block.splitlines()]


async def type_in(bench: Bench, line: str, **variables: str) -> tuple[int, str]:
    """Run a line as typed, at the test's server; returns exit code and output."""
    program, *arguments = shlex.split(line)
    address = bench.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        sys.executable if program.endswith("python") else BINARIES / program,
        *arguments,
        cwd=ROOT,
        env={**os.environ, "TEMPORAL_ADDRESS": address, "COLUMNS": "200", **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
