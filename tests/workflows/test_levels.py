"""A request that travels from level to level, on the time-skipping server."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.gate.state import GateEvent
from lakemend.gate.talk import GateRequest, PermitCall, gate_workflow_id
from lakemend.gate.view import GateStatus
from lakemend.incident import Ending, Outcome
from lakemend.leave import NO_ANSWER, LevelAnswer
from lakemend.levels import PlannedBreaker
from lakemend.permit import (
    BreakerCall,
    Decision,
    ManualChange,
    PermitAnswer,
    PermitOutcome,
    PermitRequest,
)
from lakemend.plan import Plan
from lakemend.policy import Consent, Ruling
from tests.workflows.holders import (
    AT_ONCE,
    Bench,
    Handle,
    Holder,
    answer_of,
    eventually,
    running_bench,
    time_skipping,
)
from workflows.mailbox import Mailbox
from workflows.permits import Permit

PATIENCE = timedelta(hours=12)
ONE_FAILS = AT_ONCE.model_copy(update={"failure_threshold": 1, "open_for": timedelta(minutes=5)})
PARKS = ONE_FAILS.model_copy(update={"when_open": WhenOpen.PARK})
SUPERSEDED = Ending(outcome=Outcome.SUPERSEDED, message="Somebody was first.")


@workflow.defn(name="ClimberStub", sandboxed=False)
class Climber:
    """Asks all levels as an incident does, and gives everything back when told how it ended."""

    def __init__(self) -> None:
        self._mailbox = Mailbox()
        self._heard: list[PermitAnswer] = []
        self._ending: Ending | None = None
        self._levels: tuple[LevelAnswer, ...] = ()

    @workflow.run
    async def run(self, workspace: str, breakers: tuple[PlannedBreaker, ...]) -> PermitAnswer:
        permit = Permit(workspace, self._mailbox)
        permit.prepare(Plan(ruling=Ruling(consent=Consent.ACT), breakers=breakers), "network")
        answer = await permit.ask()
        self._levels = permit.levels()
        while answer.decision is Decision.PARKED and self._ending is None:
            await permit.wait_in_line(answer, workflow.now() + PATIENCE)
            if self._ending is None:
                answer = await permit.ask()
                self._levels = permit.levels()
        await workflow.wait_condition(lambda: self._ending is not None)
        await permit.settle(self._ending or SUPERSEDED)
        return answer

    @workflow.signal
    def permit_answered(self, answer: PermitAnswer) -> None:
        self._heard.append(answer)
        self._mailbox.take_permit(answer)

    @workflow.signal
    def end(self, ending: Ending) -> None:
        self._ending = ending
        self._mailbox.run_may_have_ended = True

    @workflow.query
    def heard(self) -> list[PermitAnswer]:
        return self._heard

    @workflow.query
    def levels(self) -> tuple[LevelAnswer, ...]:
        return self._levels


class Tower:
    """The breakers of a job and its cluster and the gate of a workspace, and who climbs it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.workspace = f"w{uuid4().hex}"
        self.job = f"E:job-{uuid4()}"
        self.cluster = f"E:cluster-{uuid4()}"

    async def run_breaker(self, name: str, settings: BreakerSettings = AT_ONCE) -> None:
        """Let a breaker run: one failure is what it remembers."""
        holder = await self.bench.holder()
        permit = await self.bench.ask(name, holder, settings)
        await self.bench.report(permit, PermitOutcome.FAILURE)
        await holder.signal("leave")

    async def run_gate(self) -> None:
        await self.ask(await self.bench.holder())

    async def ask(self, holder: Handle, *breakers: BreakerCall) -> None:
        gate = GateRequest(request_id=f"of {holder.id}", holder=holder.id, cause="network")
        call = PermitCall(workspace=self.workspace, gate=gate, breakers=breakers)
        await self.bench.gates.ask_leave(call)

    async def climb(self, settings: BreakerSettings = AT_ONCE) -> Handle:
        breakers = tuple(
            PlannedBreaker(name=name, settings=settings) for name in (self.job, self.cluster)
        )
        return await self.bench.client.start_workflow(
            Climber.run,
            args=[self.workspace, breakers],
            id=f"incident-{uuid4()}",
            task_queue="climbers",
        )

    async def decisions(self, climber: Handle, *wanted: str) -> Sequence[LevelAnswer]:
        """Wait until the levels have answered like that."""

        async def look() -> Sequence[LevelAnswer] | None:
            levels = await climber.query(Climber.levels)
            return levels if tuple(each.decision for each in levels) == wanted else None

        return await eventually(look)

    async def out(self) -> tuple[int, int, int]:
        """How many permits are out, from the job's up."""
        gate = self.bench.client.get_workflow_handle(gate_workflow_id(self.workspace))
        status = await answer_of(gate, "status", GateStatus)
        job, cluster = await self.bench.status(self.job), await self.bench.status(self.cluster)
        return job.permits_out, cluster.permits_out, status.under_way + status.waiting


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env, "levels") as bench:
        climbers = Worker(
            env.client,
            task_queue="climbers",
            workflows=[Climber],
            activities=[bench.gates.ask_leave, bench.gates.return_leave],
        )
        async with climbers:
            yield bench


@pytest.fixture
def tower(bench: Bench) -> Tower:
    return Tower(bench)


async def test_all_levels_grant_with_one_answer(tower: Tower) -> None:
    for name in (tower.job, tower.cluster):
        await tower.run_breaker(name)
    await tower.run_gate()

    climber = await tower.climb()
    await tower.decisions(climber, "granted", "granted", "granted")

    assert len(await climber.query(Climber.heard)) == 1
    assert await tower.out() == (1, 1, 2)
    await climber.signal("end", Ending(outcome=Outcome.RECOVERED, message="It works again."))
    await climber.result()
    assert await tower.out() == (0, 0, 1)
    assert (await tower.bench.status(tower.cluster)).consecutive_failures == 0


async def test_what_the_job_granted_is_given_back_when_the_cluster_refuses(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_breaker(tower.cluster, ONE_FAILS)
    await tower.run_gate()

    climber = await tower.climb()
    levels = await tower.decisions(climber, "granted", "rejected", "")

    assert levels[1].state == "open"
    assert len(await climber.query(Climber.heard)) == 1
    await climber.signal("end", Ending(outcome=Outcome.ESCALATED, message="Rejected."))
    await climber.result()
    assert await tower.out() == (0, 0, 1)
    assert (await tower.bench.status(tower.job)).failures == 1


async def test_who_was_parked_goes_on_from_there(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_breaker(tower.cluster, PARKS)
    await tower.run_gate()
    climber = await tower.climb(PARKS.model_copy(update={"failure_threshold": 5}))
    await tower.decisions(climber, "granted", "parked", "")

    await tower.bench.env.sleep(timedelta(minutes=6))
    levels = await tower.decisions(climber, "granted", "granted", "granted")

    assert levels[1].state == "half_open"
    assert await tower.out() == (1, 1, 2)
    await climber.signal("end", SUPERSEDED)
    await climber.result()
    assert await tower.out() == (0, 0, 1)


async def test_a_breaker_that_does_not_run_is_passed_by(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_gate()

    climber = await tower.climb()
    levels = await tower.decisions(climber, "granted", "granted", "granted")

    assert levels[1].state == "closed"
    assert len(await climber.query(Climber.heard)) == 1
    await climber.signal("end", SUPERSEDED)
    await climber.result()


async def test_a_gate_that_does_not_run_is_started_by_the_incident(tower: Tower) -> None:
    for name in (tower.job, tower.cluster):
        await tower.run_breaker(name)

    climber = await tower.climb()
    await tower.decisions(climber, "granted", "granted", "granted")

    (heard,) = await climber.query(Climber.heard)
    assert heard.breaker == tower.cluster
    assert await tower.out() == (1, 1, 1)
    await climber.signal("end", SUPERSEDED)
    await climber.result()


async def test_a_request_that_is_repeated_gets_one_permit_of_each_level(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_breaker(tower.cluster)
    await tower.run_gate()
    holder = await tower.bench.holder()
    calls = [
        BreakerCall(name=name, request=PermitRequest(request_id=name, holder=holder.id))
        for name in (tower.job, tower.cluster)
    ]

    for _ in range(2):
        await tower.ask(holder, *calls)

    async def answered_twice() -> list[PermitAnswer] | None:
        answers = await holder.query(Holder.answers)
        return answers if len(answers) == 2 else None

    first, second = await eventually(answered_twice)
    assert first == second
    assert await tower.out() == (1, 1, 2)
    await holder.signal("leave")


async def test_who_is_gone_when_the_answer_comes_keeps_no_level_waiting(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_breaker(tower.cluster)
    await tower.run_gate()
    holder = await tower.bench.holder()
    await holder.signal("leave")
    await holder.result()
    calls = [
        BreakerCall(name=name, request=PermitRequest(request_id=name, holder=holder.id))
        for name in (tower.job, tower.cluster)
    ]

    await tower.ask(holder, *calls)
    gate = tower.bench.client.get_workflow_handle(gate_workflow_id(tower.workspace))

    async def noticed() -> bool | None:
        events = await gate.query("history", result_type=list[GateEvent])
        return any(event.kind == "gate.permit_expired" for event in events) or None

    async def given_back() -> bool | None:
        return await tower.out() == (0, 0, 1) or None

    assert await eventually(noticed)
    assert await eventually(given_back)


async def test_a_probe_is_given_back_when_the_gate_lets_its_incident_wait(tower: Tower) -> None:
    await tower.run_breaker(tower.job, ONE_FAILS)
    await tower.run_breaker(tower.cluster)
    await tower.run_gate()
    gate = tower.bench.client.get_workflow_handle(gate_workflow_id(tower.workspace))
    await gate.signal("pause", ManualChange(by="ann"))
    await tower.bench.env.sleep(timedelta(minutes=6))
    climber = await tower.climb(ONE_FAILS)
    await tower.decisions(climber, "granted", "granted", "parked")
    probing = await tower.bench.status(tower.job)

    await climber.signal("end", SUPERSEDED)
    await climber.result()

    assert (probing.state, probing.probes_out) == ("half_open", 1)
    assert (await tower.bench.status(tower.job)).probes_out == 0
    assert await tower.out() == (0, 0, 1)


async def test_waiting_for_a_higher_level_makes_no_recovery_slow(tower: Tower) -> None:
    await tower.run_breaker(tower.job)
    await tower.run_breaker(tower.cluster)
    await tower.run_gate()
    gate = tower.bench.client.get_workflow_handle(gate_workflow_id(tower.workspace))
    await gate.signal("pause", ManualChange(by="ann"))
    climber = await tower.climb(AT_ONCE.model_copy(update={"slow_after": timedelta(minutes=10)}))
    await tower.decisions(climber, "granted", "granted", "parked")
    await tower.bench.env.sleep(timedelta(minutes=20))
    await gate.signal("resume", ManualChange(by="ann"))
    await tower.decisions(climber, "granted", "granted", "granted")

    await climber.signal("end", Ending(outcome=Outcome.RECOVERED, message="It works again."))
    await climber.result()

    totals = (await tower.bench.status(tower.job)).totals
    assert (totals.successful, totals.slow) == (1, 0)


async def test_of_those_who_pass_it_on_the_silent_one_is_named(tower: Tower) -> None:
    for name in (tower.job, tower.cluster):
        await tower.run_breaker(name)
    gate_id = gate_workflow_id(tower.workspace)
    deaf = await tower.bench.client.start_workflow(
        Holder.run, id=gate_id, task_queue=tower.bench.task_queue
    )
    climber = await tower.climb()
    for _ in range(15):
        await tower.bench.env.sleep(timedelta(minutes=20))
    await climber.signal("end", Ending(outcome=Outcome.ESCALATED, message="No answer."))

    answer: PermitAnswer = await climber.result()

    assert (answer.breaker, answer.state) == (gate_id, NO_ANSWER)
    for name in (tower.job, tower.cluster):
        assert (await tower.bench.status(name)).permits_out == 0
    await deaf.terminate()
