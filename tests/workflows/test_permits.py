"""What an incident says to the gate of its workspace, on the time-skipping server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Worker

from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.errors import BudgetExceededError
from lakemend.gate.state import Gate, Pause, Place
from lakemend.gate.storm import Storm
from lakemend.gate.talk import GATE_WORKFLOW, GateReport, gate_workflow_id
from lakemend.gate.view import GateInput, GateStatus
from lakemend.incident import Ending, Outcome, StepRecord, StepStatus
from lakemend.leave import NO_ANSWER, LevelAnswer
from lakemend.levels import PlannedBreaker
from lakemend.permit import (
    Decision,
    PermitAnswer,
    PermitOutcome,
    breaker_workflow_id,
)
from lakemend.plan import Plan
from lakemend.policy import Consent, Ruling
from lakemend.turning_away import MOST_WAITING
from tests.workflows.holders import Bench, Holder, eventually, running_bench, time_skipping
from workflows.admission import refusal
from workflows.failures import interrupted, not_allowed
from workflows.mailbox import Mailbox
from workflows.permits import Permit

NOW = datetime.now(UTC)
PATIENCE = timedelta(hours=12)
CAUSE = "network"
PARK = BreakerSettings(when_open=WhenOpen.PARK, park_for=timedelta(hours=2))


@workflow.defn(name="PetitionerStub", sandboxed=False)
class Petitioner:
    """Asks as an incident does, until it has a place in the queue."""

    def __init__(self) -> None:
        self._mailbox = Mailbox()

    @workflow.run
    async def run(
        self, workspace: str, breaker: str = "", ending: Ending | None = None
    ) -> list[PermitAnswer]:
        permit = self._permit = Permit(workspace, self._mailbox)
        asked = (PlannedBreaker(name=breaker, settings=PARK),) if breaker else ()
        permit.prepare(Plan(ruling=Ruling(consent=Consent.ACT), breakers=asked), CAUSE)
        answers = [await permit.ask()]
        while answers[-1].decision is Decision.PARKED and not answers[-1].place:
            await permit.wait_in_line(answers[-1], workflow.now() + PATIENCE)
            answers.append(await permit.ask())
        if ending:
            await permit.settle(ending)
        return answers

    @workflow.query
    def breaker(self) -> LevelAnswer | None:
        return self._permit.breaker

    @workflow.query
    def levels(self) -> tuple[LevelAnswer, ...]:
        return self._permit.levels()

    @workflow.signal
    def permit_answered(self, answer: PermitAnswer) -> None:
        self._mailbox.take_permit(answer)


# A server for each test: after a workflow was terminated its time may stand still for the next.
@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env, "permits") as bench:
        petitioners = Worker(
            env.client,
            task_queue="petitioners",
            workflows=[Petitioner],
            activities=[bench.gates.ask_leave, bench.gates.return_leave],
        )
        async with petitioners:
            yield bench


def full_gate(workspace: str) -> Gate:
    """A gate that is paused in a storm, and whose queue has no room."""
    until = NOW + timedelta(days=1)
    place = Place(holder="somebody", cause=CAUSE, since=NOW, until=until)
    return Gate(
        workspace=workspace,
        pause=Pause(by="ann", reason="the zone is down", since=NOW),
        waiting={f"r{number}": place for number in range(MOST_WAITING)},
        nobody_leaves_before=until,
        storms={CAUSE: Storm(storm_id="storm", cause=CAUSE, began_at=NOW)},
    )


async def test_an_incident_that_a_full_queue_sent_away_counts_once(bench: Bench) -> None:
    workspace = f"w{uuid4().hex}"
    gate = await bench.client.start_workflow(
        GATE_WORKFLOW,
        GateInput(workspace=workspace, gate=full_gate(workspace)),
        id=gate_workflow_id(workspace),
        task_queue=bench.task_queue,
    )
    incident = await bench.client.start_workflow(
        Petitioner.run, workspace, id=f"incident-{uuid4()}", task_queue="petitioners"
    )
    await bench.env.sleep(timedelta(minutes=17))

    left = GateReport(request_id="r0", outcome=PermitOutcome.IGNORED)
    await gate.signal("report", left)
    first, *others = await incident.result()

    assert (first.place, others[-1].place) == (0, MOST_WAITING)
    assert len(others) > 1
    status: GateStatus = await gate.query("status", result_type=GateStatus)
    assert status.storms[0].tally.arrived == 1
    await gate.terminate()


async def deaf(bench: Bench, workflow_id: str) -> None:
    """Put one in the place of a gate or breaker who takes every signal and answers none."""
    await bench.client.start_workflow(Holder.run, id=workflow_id, task_queue=bench.task_queue)


async def pass_time(bench: Bench, time: timedelta) -> None:
    """Let time pass in steps, for the server does not answer before all of a step has happened."""
    for _ in range(time // timedelta(minutes=20)):
        await bench.env.sleep(timedelta(minutes=20))


async def test_a_gate_that_never_answers_is_given_up_after_the_time_to_park(bench: Bench) -> None:
    workspace = f"w{uuid4().hex}"
    await deaf(bench, gate_workflow_id(workspace))
    incident = await bench.client.start_workflow(
        Petitioner.run, args=[workspace], id=f"incident-{uuid4()}", task_queue="petitioners"
    )

    await pass_time(bench, timedelta(hours=5))

    answers = await incident.result()

    assert [answer.decision for answer in answers] == [Decision.REJECTED]
    assert (answers[0].breaker, answers[0].state) == (gate_workflow_id(workspace), NO_ANSWER)
    (gate,) = await incident.query(Petitioner.levels)
    assert gate == LevelAnswer(level=gate_workflow_id(workspace), state=NO_ANSWER)


async def test_a_breaker_that_never_answers_is_named(bench: Bench) -> None:
    name = f"DatabricksJobExecutionError:job-{uuid4().int % 10**6}"
    await deaf(bench, breaker_workflow_id(name))
    workspace = f"w{uuid4().hex}"
    incident = await bench.client.start_workflow(
        Petitioner.run, args=[workspace, name], id=f"incident-{uuid4()}", task_queue="petitioners"
    )

    await pass_time(bench, timedelta(hours=3))
    answers = await incident.result()

    assert [answer.breaker for answer in answers] == [name]
    shown = await incident.query(Petitioner.breaker)
    assert shown == LevelAnswer(level=name, state=NO_ANSWER)
    ending = refusal(answers[0])
    assert ending is not None
    assert ending.message == f"Circuit breaker {name} gave no answer, however often it was asked."


@pytest.mark.parametrize(("stopped", "failures"), [(False, 2), (True, 1)])
async def test_a_recovery_that_was_stopped_is_no_failed_one(
    bench: Bench, name: str, stopped: bool, failures: int
) -> None:
    holder = await bench.holder()
    await bench.fail(name, holder, 1)
    ending = Ending(outcome=Outcome.ESCALATED, message="so it ended", stopped=stopped)

    await bench.client.execute_workflow(
        Petitioner.run,
        args=[f"w{uuid4().hex}", name, ending],
        id=str(uuid4()),
        task_queue="petitioners",
    )
    await holder.signal("leave")

    async def reported() -> bool | None:
        return not (await bench.status(name)).permits_out or None

    await eventually(reported)
    assert (await bench.status(name)).failures == failures


def test_a_person_a_pause_and_a_budget_stop_a_recovery() -> None:
    parked = PermitAnswer(request_id="r", decision=Decision.REJECTED, breaker="gate:w", state="any")
    tried = StepRecord(action="repair_run", status=StepStatus.FAILED, started_at=NOW)
    refused = tried.model_copy(update={"status": StepStatus.SKIPPED})

    assert interrupted(asyncio.CancelledError()).stopped
    assert (waited := refusal(parked)) is not None
    assert waited.stopped
    assert (first := not_allowed(over_budget(), [refused])) is not None
    assert first.stopped
    assert (later := not_allowed(over_budget(), [tried, refused])) is not None
    assert not later.stopped


def over_budget() -> ActivityError:
    error = ActivityError(
        "it failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="worker",
        activity_type="repair_run",
        activity_id="1",
        retry_state=None,
    )
    error.__cause__ = ApplicationError("all are used", type=BudgetExceededError.__name__)
    return error
