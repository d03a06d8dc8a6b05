"""Every command line of the guide, typed at a real server as it stands there."""

import json
import shlex
from collections.abc import AsyncIterator

import pytest

from lakemend.lease import LeaseCall, LeaseRequest
from lakemend.permit import Decision, breaker_workflow_id
from tests.workflows.holders import Bench, eventually
from tests.workflows.typing_in import bench_on_a_real_server, lines_of, type_in

LINES = lines_of("circuit-breakers.md")
NAME = "DatabricksJobExecutionError:job-123"

# What the words of a line lead to; lines with none of them only have to succeed.
SWITCHES = {
    "--name reset ": "closed",
    "breaker reset ": "closed",
    "force_open": "forced_open",
    "breaker open ": "forced_open",
    "--name disable ": "disabled",
    "breaker disable ": "disabled",
    "--name metrics_only ": "metrics_only",
    "breaker metrics-only ": "metrics_only",
}


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with bench_on_a_real_server() as bench:
        yield bench


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
    request = LeaseRequest(request_id=holder.id, holder=holder.id)
    await bench.activities.request_lease(
        LeaseCall(workspace="default", resource="job-123", request=request)
    )
    await holder.signal("leave")
    return NAME


async def is_running(bench: Bench) -> bool:
    query = f"WorkflowId='{breaker_workflow_id(NAME)}' AND ExecutionStatus='Running'"
    return (await bench.client.count_workflows(query)).count > 0


@pytest.mark.parametrize("line", LINES)
async def test_a_line_works_as_it_stands(bench: Bench, opened: str, line: str) -> None:
    code, output = await type_in(bench, line)

    assert code == 0, output
    for words, state in SWITCHES.items():
        if words in line:
            await bench.state(opened, state)


def test_every_kind_of_line_is_in_the_guide() -> None:
    assert all(any(words in line for line in LINES) for words in SWITCHES)
    assert {shlex.split(line)[0] for line in LINES} == {"temporal", "lakemend", ".venv/bin/python"}


@pytest.mark.parametrize("program", ["temporal", "lakemend"])
async def test_settings_as_typed_come_and_go(bench: Bench, opened: str, program: str) -> None:
    setting, taking_back = [
        line for line in LINES if line.startswith(program) and "configure" in line
    ]

    assert (await type_in(bench, setting))[0] == 0
    status = await bench.status(opened)
    assert status.overrides["failure_threshold"] == 3
    assert (await type_in(bench, taking_back))[0] == 0

    assert (await bench.status(opened)).overrides == {}


@pytest.mark.parametrize("query", ["status", "history", "waiting"])
async def test_a_query_as_typed_answers_in_json(bench: Bench, opened: str, query: str) -> None:
    code, output = await type_in(bench, line_with(f"--type {query}") + " --output json")

    assert code == 0, output
    assert "queryResult" in json.loads(output)
    assert opened


async def test_what_was_done_by_hand_is_in_the_history(bench: Bench, opened: str) -> None:
    await type_in(bench, line_with("breaker open") + " --by kim")
    _, shown = await type_in(bench, line_with("breaker history"))
    _, listed = await type_in(bench, line_with("breaker history") + " -o json")

    assert "forced_open" in shown
    last = json.loads(listed)["events"][-1]
    assert (last["actor"], last["reason"], last["to_circuit"]) == (
        "kim",
        "maintenance",
        "forced_open",
    )
    assert opened


async def test_the_list_as_typed_finds_open_breakers(bench: Bench, opened: str) -> None:
    async def found() -> bool | None:
        code, output = await type_in(bench, line_with("workflow list", "BreakerWorkflow"))
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
