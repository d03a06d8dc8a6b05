"""Every line of the guide's command section, typed at a real server."""

import asyncio
import json
import os
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from lakemend.breaker_view import STATE_ATTRIBUTE
from lakemend.permit import Decision, breaker_workflow_id
from tests.workflows.holders import BINARIES, Bench, eventually, running_bench

GUIDE = Path(__file__).parents[2] / "docs" / "circuit-breakers.md"
NAME = "DatabricksJobExecutionError:job-123"
LINES = re.findall(r"^temporal .+$", GUIDE.read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with (
        await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves the type of the search attributes open
            dev_server_existing_path=str(BINARIES / "temporal"),
            data_converter=pydantic_data_converter,
            search_attributes=[SearchAttributeKey.for_keyword(STATE_ATTRIBUTE)],
        ) as env,
        running_bench(env, task_queue="lakemend") as bench,
    ):
        yield bench


async def type_in(bench: Bench, line: str) -> tuple[int, str]:
    """Run a line as typed, at the test's server; returns exit code and output."""
    program, *arguments = shlex.split(line)
    address = bench.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        BINARIES / program,
        *arguments,
        env={**os.environ, "TEMPORAL_ADDRESS": address},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def line_with(*words: str) -> str:
    return next(line for line in LINES if all(word in line for word in words))


@pytest.fixture
async def opened(bench: Bench) -> str:
    """A breaker that has been open since five failures."""
    holder = await bench.holder()
    if await is_running(bench):
        await bench.breaker(NAME).terminate()
    await bench.fail(NAME, holder, times=5)
    await bench.state(NAME, "open")
    await holder.signal("leave")
    return NAME


async def is_running(bench: Bench) -> bool:
    query = f"WorkflowId='{breaker_workflow_id(NAME)}' AND ExecutionStatus='Running'"
    return (await bench.client.count_workflows(query)).count > 0


@pytest.mark.parametrize(
    ("signal", "state"),
    [
        ("reset", "closed"),
        ("force_open", "forced_open"),
        ("disable", "disabled"),
        ("metrics_only", "metrics_only"),
    ],
)
async def test_a_signal_as_typed_switches_the_breaker(
    bench: Bench, opened: str, signal: str, state: str
) -> None:
    code, output = await type_in(bench, line_with(f"--name {signal} "))

    assert code == 0, output
    await bench.state(opened, state)


async def test_settings_as_typed_come_and_go(bench: Bench, opened: str) -> None:
    for line in [line for line in LINES if "--name configure" in line]:
        code, output = await type_in(bench, line)
        assert code == 0, output

    async def settled() -> bool | None:
        entries = [e.kind for e in bench.records.entries.values() if e.actor == "me"]
        return entries.count("breaker.configured") == 2 or None

    assert await eventually(settled)
    assert (await bench.status(opened)).overrides == {}


@pytest.mark.parametrize("query", ["status", "history", "waiting"])
async def test_a_query_as_typed_answers_in_json(bench: Bench, opened: str, query: str) -> None:
    code, output = await type_in(bench, line_with(f"--type {query}") + " --output json")

    assert code == 0, output
    assert "queryResult" in json.loads(output)
    assert opened


async def test_the_list_as_typed_finds_open_breakers(bench: Bench, opened: str) -> None:
    async def found() -> bool | None:
        code, output = await type_in(bench, line_with("workflow list"))
        return (code == 0 and breaker_workflow_id(opened) in output) or None

    assert await eventually(found)


async def test_a_breaker_that_is_not_running_can_be_started_by_hand(bench: Bench) -> None:
    if await is_running(bench):
        await bench.breaker(NAME).terminate()
    code, output = await type_in(bench, line_with("--name reset "))
    assert code != 0
    assert "already completed" in output or "not found" in output

    code, output = await type_in(bench, line_with("signal-with-start"))

    assert code == 0, output
    await bench.state(NAME, "forced_open")
    holder = await bench.holder()
    assert (await bench.ask(NAME, holder)).decision is Decision.REJECTED


def test_every_line_of_the_guide_is_typed_here() -> None:
    tried = ["--name reset", "--name force_open", "--name disable", "--name metrics_only"]
    tried += ["--name configure", "--type status", "--type history", "--type waiting"]
    tried += ["workflow list", "signal-with-start"]

    untried = [line for line in LINES if not any(words in line for words in tried)]

    assert len(LINES) == 11
    assert untried == []
