"""The gate workflow on the time-skipping server; its holders are real workflows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus

from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.gate.state import Gate, GateEvent, GateState, Pause, Place
from lakemend.gate.storm import StormSettings, StormTicket
from lakemend.gate.talk import (
    GATE_WORKFLOW,
    GateReport,
    GateRequest,
    GateSettings,
    PermitCall,
    PermitReturn,
    gate_workflow_id,
)
from lakemend.gate.view import GateInput, GateStatus, ParkedRequest
from lakemend.letter import size
from lakemend.permit import (
    BreakerCall,
    BreakerReport,
    Decision,
    PermitAnswer,
    PermitOutcome,
    PermitReport,
    PermitRequest,
)
from tests.workflows.holders import (
    Bench,
    Handle,
    answer_of,
    eventually,
    running_bench,
    time_skipping,
)
from workflows.entity import LARGEST_INPUT

ONE_AT_ONCE = GateSettings(max_recoveries=1)
STORMY = GateSettings(storm=StormSettings(incidents=2))
MOST_EVENTS_OF_AN_HOUR = 100
BY_ANN = {"by": "ann", "reason": "the zone is down"}


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env, "gates") as bench:
        yield bench


class DrivenGate:
    """The gate of a workspace of its own, and what a test says to it."""

    def __init__(self, bench: Bench, settings: GateSettings) -> None:
        self.bench = bench
        self.settings = settings
        self.workspace = f"w{uuid4().hex}"
        self.at_once: dict[str, PermitAnswer] = {}

    @property
    def handle(self) -> Handle:
        return self.bench.client.get_workflow_handle(gate_workflow_id(self.workspace))

    async def ask(self, holder: Handle, breaker: BreakerCall | None = None) -> str:
        """Ask with a new request and return its id."""
        request = GateRequest(
            request_id=str(uuid4()), holder=holder.id, cause="network", settings=self.settings
        )
        call = PermitCall(
            workspace=self.workspace, gate=request, breakers=(breaker,) if breaker else ()
        )
        for answer in await self.bench.gates.ask_leave(call):
            self.at_once[answer.request_id] = answer
        return request.request_id

    async def answer(self, holder: Handle, request_id: str, *wanted: Decision) -> PermitAnswer:
        if request_id in self.at_once:
            return self.at_once[request_id]
        return await self.bench.answer_to(holder, request_id, *wanted)

    async def report(self, request_id: str, outcome: PermitOutcome = PermitOutcome.SUCCESS) -> None:
        said = GateReport(request_id=request_id, outcome=outcome)
        await self.bench.gates.return_leave(PermitReturn(workspace=self.workspace, gate=said))

    async def status(self) -> GateStatus:
        return await answer_of(self.handle, "status", GateStatus)


@pytest.fixture
def single(bench: Bench) -> DrivenGate:
    return DrivenGate(bench, ONE_AT_ONCE)


@pytest.fixture
def stormy(bench: Bench) -> DrivenGate:
    return DrivenGate(bench, STORMY)


async def test_who_starts_the_gate_may_act_without_a_signal(
    bench: Bench, single: DrivenGate
) -> None:
    holder = await bench.holder()

    request_id = await single.ask(holder)

    assert single.at_once[request_id].decision is Decision.GRANTED
    assert (await single.status()).under_way == 1
    assert await holder.query("answers") == []


async def test_the_next_waits_until_the_first_has_reported(
    bench: Bench, single: DrivenGate
) -> None:
    first, second = await bench.holder(), await bench.holder()
    before = await single.ask(first)
    after = await single.ask(second)
    parked = await single.answer(second, after)

    await single.report(before)
    granted = await single.answer(second, after, Decision.GRANTED)

    assert (parked.decision, parked.place) == (Decision.PARKED, 1)
    assert granted.decision is Decision.GRANTED


async def test_a_holder_that_is_gone_does_not_keep_the_others_waiting(
    bench: Bench, single: DrivenGate
) -> None:
    gone, waiting = await bench.holder(), await bench.holder()
    first = await single.ask(gone)
    second = await single.ask(gone)
    third = await single.ask(waiting)
    await single.answer(gone, second)
    await gone.terminate()

    await single.report(first)

    assert (await single.answer(waiting, third, Decision.GRANTED)).decision is Decision.GRANTED


async def test_a_storm_goes_on_when_its_canary_was_terminated(
    bench: Bench, stormy: DrivenGate
) -> None:
    early, canary, next_one = [await bench.holder() for _ in range(3)]
    for _ in range(STORMY.storm.incidents):
        await stormy.ask(early)
    probing = await stormy.ask(canary)
    waiting = await stormy.ask(next_one)
    await stormy.answer(canary, probing, Decision.GRANTED)
    await canary.terminate()

    await bench.env.sleep(timedelta(minutes=1, seconds=1))

    assert (await stormy.answer(next_one, waiting, Decision.GRANTED)).probe


async def test_a_holder_that_lives_keeps_its_place_however_long_others_wait(
    bench: Bench, single: DrivenGate
) -> None:
    first, second = await bench.holder(), await bench.holder()
    await single.ask(first)
    waiting = await single.ask(second)

    await bench.env.sleep(timedelta(minutes=50))

    assert (await single.answer(second, waiting)).decision is Decision.PARKED
    assert (await single.handle.describe()).history_length < MOST_EVENTS_OF_AN_HOUR


async def test_a_storm_lets_one_pass_and_has_one_ticket(bench: Bench, stormy: DrivenGate) -> None:
    holders = [await bench.holder() for _ in range(5)]
    requests = [(holder, await stormy.ask(holder)) for holder in holders]
    answers = [await stormy.answer(holder, request_id) for holder, request_id in requests]

    async def ticket() -> StormTicket | None:
        return next(
            (t for t in bench.records.storms.values() if t.workspace == stormy.workspace), None
        )

    assert [answer.decision for answer in answers] == [Decision.GRANTED] * 3 + [Decision.PARKED] * 2
    assert answers[2].probe
    assert len((await eventually(ticket)).began_with) == 3
    assert (await stormy.status()).state is GateState.STORM


async def test_a_storm_ends_with_its_ticket_closed(bench: Bench, stormy: DrivenGate) -> None:
    holders = [await bench.holder() for _ in range(4)]
    requests = [(holder, await stormy.ask(holder)) for holder in holders]
    for holder, request_id in requests:
        await stormy.answer(holder, request_id, Decision.GRANTED)
        await stormy.report(request_id)

    await bench.env.sleep(timedelta(minutes=6))

    async def closed() -> StormTicket | None:
        tickets = [t for t in bench.records.storms.values() if t.workspace == stormy.workspace]
        return next((t for t in tickets if t.ended_at), None)

    assert (await eventually(closed)).tally.recovered == 2
    kinds = [e.kind for e in bench.records.entries.values() if e.subject == stormy.handle.id]
    assert (kinds.count("storm.began"), kinds.count("storm.ended")) == (1, 1)


async def test_a_pause_reaches_those_under_way_and_resuming_too(
    bench: Bench, single: DrivenGate
) -> None:
    holder = await bench.holder()
    request_id = await single.ask(holder)

    await single.handle.signal("pause", BY_ANN)
    parked = await bench.answer_to(holder, request_id, Decision.PARKED)
    await single.handle.signal("resume", BY_ANN)
    granted = await bench.answer_to(holder, request_id, Decision.GRANTED)

    assert parked.reason == "paused by ann: the zone is down"
    assert granted.decision is Decision.GRANTED


async def test_a_pause_starts_the_gate_and_is_kept_until_it_is_resumed(bench: Bench) -> None:
    workspace = f"w{uuid4().hex}"
    handle = await bench.client.start_workflow(
        GATE_WORKFLOW,
        GateInput(workspace=workspace),
        id=gate_workflow_id(workspace),
        task_queue=bench.task_queue,
        start_signal="pause",
        start_signal_args=[BY_ANN],
    )
    await bench.env.sleep(timedelta(days=3))
    seen: GateStatus = await handle.query("status", result_type=GateStatus)
    await handle.signal("resume", BY_ANN)
    await bench.env.sleep(timedelta(minutes=2))

    assert seen.state is GateState.PAUSED
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_an_idle_gate_ends_and_the_next_request_starts_it_again(
    bench: Bench, single: DrivenGate
) -> None:
    holder = await bench.holder()
    await single.report(await single.ask(holder))

    await bench.env.sleep(timedelta(minutes=7))
    ended = (await single.handle.describe()).status
    request_id = await single.ask(holder)

    assert ended is WorkflowExecutionStatus.COMPLETED
    assert single.at_once[request_id].decision is Decision.GRANTED


async def test_a_breaker_that_runs_is_asked_first_and_the_gate_after_it(
    bench: Bench, single: DrivenGate
) -> None:
    holder, name = await bench.holder(), f"E:job-{uuid4()}"
    settings = BreakerSettings(failure_threshold=1, when_open=WhenOpen.PARK)
    await bench.report(await bench.ask(name, holder, settings), PermitOutcome.FAILURE)
    request = PermitRequest(request_id=str(uuid4()), holder=holder.id, settings=settings)

    await single.ask(holder, BreakerCall(name=name, request=request))
    answer = await bench.answer_to(holder, request.request_id)

    assert answer.decision is Decision.PARKED
    assert answer.breaker == name
    assert single.at_once == {}


async def test_one_report_reaches_both(bench: Bench, single: DrivenGate) -> None:
    holder, name = await bench.holder(), f"E:job-{uuid4()}"
    permit = await bench.ask(name, holder)
    request_id = await single.ask(holder)
    said = PermitReport(request_id=permit.request_id, outcome=PermitOutcome.FAILURE)

    await bench.gates.return_leave(
        PermitReturn(
            workspace=single.workspace,
            gate=GateReport(request_id=request_id, outcome=PermitOutcome.FAILURE),
            breakers=(BreakerReport(name=name, report=said),),
        )
    )

    assert (await bench.status(name)).failures == 1
    assert (await single.status()).under_way == 0


@pytest.mark.parametrize(
    ("signal", "arguments"),
    [
        ("request_permit", ()),
        ("request_permit", ("please",)),
        ("request_permit", ({"request_id": "r", "holder": "", "cause": "network"},)),
        ("report", ({"outcome": "success"},)),
        ("pause", ({"reason": "nobody says who"},)),
        ("resume", (1, 2)),
        ("no_such_signal", ("?",)),
    ],
)
async def test_a_signal_that_cannot_be_read_changes_nothing(
    bench: Bench, single: DrivenGate, signal: str, arguments: tuple[Any, ...]
) -> None:
    await single.ask(await bench.holder())

    await single.handle.signal(signal, args=list(arguments))

    assert (await single.status()).under_way == 1


async def test_the_queue_and_the_history_can_be_read(bench: Bench, single: DrivenGate) -> None:
    first, second = await bench.holder(), await bench.holder()
    await single.ask(first)
    await single.ask(second)
    await single.handle.signal("pause", BY_ANN)

    queue = await single.handle.query("waiting", result_type=tuple[ParkedRequest, ...])
    events = await single.handle.query("history", result_type=tuple[GateEvent, ...])

    assert [parked.holder for parked in queue] == [second.id]
    assert [event.kind for event in events] == ["gate.paused"]


async def test_a_queue_of_long_names_goes_on_as_a_new_run_that_the_server_takes(
    bench: Bench,
) -> None:
    now = datetime.now(UTC)
    workspace = f"w{uuid4().hex}"
    place = Place(holder="h" * 400, cause="network", since=now, until=now + timedelta(days=300))
    count = (LARGEST_INPUT + 100_000) // (size(place) + 10)
    gate = Gate(
        workspace=workspace,
        pause=Pause(by="ann", reason="", since=now),
        waiting={f"r{number:05}": place for number in range(count)},
        nobody_leaves_before=place.until,
    )
    handle = await bench.client.start_workflow(
        GATE_WORKFLOW,
        GateInput(workspace=workspace, gate=gate),
        id=gate_workflow_id(workspace),
        task_queue=bench.task_queue,
    )
    began_as = (await handle.describe()).run_id
    nobodys = GateReport(request_id="nobody's", outcome=PermitOutcome.IGNORED)
    for _ in range(11):
        await asyncio.gather(*(handle.signal("report", nobodys) for _ in range(100)))

    async def next_run() -> str | None:
        run_id = (await handle.describe()).run_id
        return run_id if run_id != began_as else None

    assert await eventually(next_run)
    status = await answer_of(handle, "status", GateStatus)
    assert 0.9 * count < status.waiting < count
    await handle.terminate()


async def test_it_goes_on_as_a_new_run_and_loses_nothing(bench: Bench) -> None:
    driven = DrivenGate(bench, ONE_AT_ONCE)
    holder = await bench.holder()
    first = await driven.ask(holder)
    second = await driven.ask(holder)
    await driven.answer(holder, second)
    began_as = (await driven.handle.describe()).run_id

    nobodys = GateReport(request_id="nobody's", outcome=PermitOutcome.IGNORED)
    for _ in range(41):
        await asyncio.gather(*(driven.handle.signal("report", nobodys) for _ in range(100)))
    await driven.report(first)

    assert (await driven.answer(holder, second, Decision.GRANTED)).decision is Decision.GRANTED
    assert (await driven.handle.describe()).run_id != began_as
