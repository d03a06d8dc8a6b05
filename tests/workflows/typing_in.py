"""Command lines as a guide shows them, typed at the server of a bench."""

import asyncio
import os
import re
import shlex
import sys
from pathlib import Path

from tests.workflows.holders import BINARIES, Bench

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)


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
