"""Every command line of the page about storms, typed at a real server as it stands there."""

import json
import shlex
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lakemend.gate.storm import StormTally, StormTicket
from lakemend.gate.talk import gate_workflow_id
from lakemend.gate.view import GateStatus
from lakemend.incident import IncidentView, Outcome
from lakemend.recording import AuditInput
from records import migrate, open_records
from tests.workflows.holders import Bench, eventually
from tests.workflows.typing_in import bench_on_a_real_server, lines_of, type_in

LINES = lines_of("storms.md")
GATE = gate_workflow_id("default")
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORM = StormTicket(
    storm_id="storm:default:network:20260301T120000.000000",
    workspace="default",
    cause="network",
    began_at=BEGAN,
    began_with=("incident:default:run-1",),
    waiting=7,
    allowed=4,
    tally=StormTally(arrived=21, let_through=14, recovered=13, failed=1),
)

INCIDENTS = [
    IncidentView(
        incident_id=f"incident:default:run-{number}",
        workspace="default",
        job_name=f"job {number}",
        started_at=BEGAN,
        outcome=Outcome.RECOVERED if number < 3 else None,
        storm="" if number == 1 else STORM.storm_id,
    )
    for number in range(1, 4)
]

# What the words of a line lead to; lines with none of them only have to succeed.
SWITCHES = {
    "lakemend pause": "paused",
    "--signal-name pause ": "paused",
    "lakemend resume": "passing",
    "--name resume ": "passing",
}


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with bench_on_a_real_server() as bench:
        yield bench


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the ticket of one storm."""
    folder = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{folder / 'records.db'}"
    migrate(url)
    records = open_records(url)
    for view in INCIDENTS:
        records.save_incident(view)
    records.append_with_storms(AuditInput(entries=(), storms=(STORM,)))
    records.close()
    return folder


class Terminal:
    """Types lines where the folder is, and knows the gate of the workspace `default`."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self._type_in = partial(type_in, bench, LAKEMEND_DATA_DIR=str(folder))
        self._client = bench.client

    async def types(self, line: str) -> str:
        code, output = await self._type_in(line)
        assert code == 0, output
        return output

    async def reads(self, line: str) -> Any:
        return json.loads(await self.types(f"{line} -o json"))

    async def refused(self, line: str) -> str:
        code, output = await self._type_in(line)
        assert code == 2, output
        return output

    async def no_gate(self) -> None:
        query = f"WorkflowId='{GATE}' AND ExecutionStatus='Running'"
        if (await self._client.count_workflows(query)).count:
            await self._client.get_workflow_handle(GATE).terminate()

    async def shows(self, state: str) -> GateStatus:
        handle = self._client.get_workflow_handle(GATE)

        async def look() -> GateStatus | None:
            status = await handle.query("status", result_type=GateStatus)
            return status if status.state == state else None

        return await eventually(look)


@pytest.fixture
def terminal(bench: Bench, folder: Path) -> Terminal:
    return Terminal(bench, folder)


@pytest.fixture
async def paused(terminal: Terminal) -> None:
    await terminal.types("lakemend pause --workspace default --reason 'the zone is down' --by ann")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.usefixtures("paused")
async def test_a_line_works_as_it_stands(terminal: Terminal, line: str) -> None:
    await terminal.types(line)

    for words, state in SWITCHES.items():
        if words in line:
            await terminal.shows(state)


def test_every_kind_of_line_is_on_the_page() -> None:
    assert all(any(words in line for line in LINES) for words in SWITCHES)
    assert {shlex.split(line)[0] for line in LINES} == {"temporal", "lakemend"}


@pytest.mark.parametrize(
    "line", [line for line in LINES if "lakemend pause" in line or "with-start" in line]
)
async def test_a_pause_works_where_no_gate_runs(terminal: Terminal, line: str) -> None:
    await terminal.no_gate()

    await terminal.types(line)

    await terminal.shows("paused")


async def test_a_pause_says_who_why_and_until_when(terminal: Terminal) -> None:
    order = "lakemend pause --workspace default --reason maintenance --by ann --for 2h"
    listed = await terminal.reads(order)

    (gate,) = listed["gates"]
    assert listed["paused"] == 1
    assert (gate["workspace"], gate["state"], gate["pause"]["by"]) == ("default", "paused", "ann")
    since, until = (datetime.fromisoformat(gate["pause"][when]) for when in ("since", "until"))
    assert until - since == timedelta(hours=2)
    shown = await terminal.types("lakemend gate show default")
    assert f"paused by ann until {until:%H:%M} UTC: maintenance" in shown


async def test_a_pause_with_an_end_ends_by_itself(terminal: Terminal) -> None:
    await terminal.types("lakemend pause --reason 'a moment' --for 1s")

    await terminal.shows("passing")


@pytest.mark.usefixtures("paused")
async def test_gates_are_shown_as_table_and_as_json(terminal: Terminal) -> None:
    table = await terminal.types("lakemend gate list")
    listed = await terminal.reads("lakemend gate list")
    shown = await terminal.reads("lakemend gate show")

    assert "paused by ann: the zone is down" in table
    assert listed["gates"] == [shown]
    assert (shown["workspace"], shown["waiting"]) == ("default", 0)


async def test_resuming_what_is_not_paused_changes_nothing(terminal: Terminal) -> None:
    await terminal.no_gate()

    output = await terminal.types("lakemend resume --workspace default")

    assert "passing" in output
    assert (await terminal.reads("lakemend gate list"))["paused"] == 0


async def test_a_gate_of_nowhere_names_the_argument(terminal: Terminal) -> None:
    output = await terminal.refused("lakemend gate show nowhere")

    assert "WORKSPACE=nowhere: there is no workspace 'nowhere'; known are default" in output
    assert "LAKEMEND_WORKSPACES" in output


async def test_a_storm_is_shown_by_its_ticket_and_by_its_id(terminal: Terminal) -> None:
    listed = await terminal.reads("lakemend storm list")
    by_ticket = await terminal.reads("lakemend storm show ST-000001")
    by_id = await terminal.reads(f"lakemend storm show {STORM.storm_id}")
    table = await terminal.types("lakemend storm show ST-000001")

    assert listed["storms"] == [by_ticket["storm"]]
    assert by_id == by_ticket
    assert "not yet; 4 at a time, 7 parked" in table


async def test_all_incidents_of_a_storm_are_listed_a_page_at_a_time(terminal: Terminal) -> None:
    first = await terminal.types("lakemend storm show ST-000001 --limit 2")
    more = "lakemend storm show ST-000001 --after LM-000002"
    second = await terminal.types(more)
    recovered = await terminal.reads("lakemend storm show ST-000001 --outcome recovered")

    assert "3: 2 recovered, 1 under way" in first
    assert "12:00:00 *" in first
    assert more in first
    assert "job 3" not in first
    assert "job 3" in second
    assert "More:" not in second
    assert [each["job_name"] for each in recovered["incidents"]] == ["job 1", "job 2"]


async def test_a_page_that_is_none_names_the_option(terminal: Terminal) -> None:
    output = await terminal.refused("lakemend storm show ST-000001 --after run-2")

    assert "--after=run-2: this is no ticket of an incident" in output


async def test_a_storm_that_is_not_there_names_the_argument(terminal: Terminal) -> None:
    output = await terminal.refused("lakemend storm show ST-000099")

    assert "STORM=ST-000099: there is no such storm" in output
    assert "lakemend storm list" in output


async def test_no_storm_is_said_in_words(terminal: Terminal) -> None:
    assert "No storm." in await terminal.types("lakemend storm list --workspace elsewhere")
