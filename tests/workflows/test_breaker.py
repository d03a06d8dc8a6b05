"""The breaker workflow on the time-skipping server; its holders are real workflows."""

import asyncio
from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus

from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.breaker.state import BreakerEvent
from lakemend.permit import (
    BreakerCall,
    BreakerCancel,
    CancelRequest,
    Decision,
    ManualChange,
    PermitOutcome,
    PermitRequest,
    Reconfigure,
)
from tests.workflows.holders import Bench, Handle, eventually

FIVE_MINUTES = timedelta(minutes=5)


async def test_five_failures_open_the_circuit(bench: Bench, name: str, holder: Handle) -> None:
    await bench.fail(name, holder, times=5)

    answer = await bench.ask(name, holder)

    assert answer.decision is Decision.REJECTED
    assert answer.state == "open"
    status = await bench.status(name)
    assert status.retry_at == answer.retry_at
    assert status.consecutive_failures == 5


async def test_a_probe_after_the_wait_and_two_successes_close_it(
    bench: Bench, name: str, holder: Handle
) -> None:
    await bench.fail(name, holder, times=5)
    await bench.state(name, "open")

    await bench.env.sleep(FIVE_MINUTES)
    await bench.state(name, "half_open")
    probe = await bench.ask(name, holder)
    second = await bench.ask(name, holder)
    await bench.report(probe, PermitOutcome.SUCCESS)
    await bench.succeed(name, holder, times=1)

    assert probe.probe
    assert second.decision is Decision.REJECTED
    await bench.state(name, "closed")


async def test_asking_twice_gives_the_same_permit(bench: Bench, name: str, holder: Handle) -> None:
    request = PermitRequest(request_id="the same", holder=holder.id)
    call = BreakerCall(name=name, request=request)

    await bench.activities.request_permit(call)
    await bench.activities.request_permit(call)
    answer = await bench.answer_to(holder, "the same")
    await bench.report(answer, PermitOutcome.FAILURE)
    await bench.report(answer, PermitOutcome.FAILURE)

    async def counted() -> int | None:
        return (await bench.status(name)).failures or None

    assert await eventually(counted) == 1
    assert (await bench.status(name)).permits_out == 0


async def test_malformed_and_unknown_signals_change_nothing(
    bench: Bench, name: str, holder: Handle
) -> None:
    await bench.fail(name, holder, times=1)
    breaker = bench.breaker(name)

    await breaker.signal("reset")
    await breaker.signal("reset", args=["one", "two"])
    await breaker.signal("reset", {"reason": "nobody did it"})
    await breaker.signal("report", [1, 2, 3])
    await breaker.signal("configure", {"by": "ops", "settings": {"failure_treshold": 3}})
    await breaker.signal("configure", {"by": "ops", "settings": {"forget_after": "9999999d"}})
    await breaker.signal("force_open", {"by": "ops", "expires_after": "9999999d"})
    await breaker.signal("force_open", {"by": "ops", "expire_after": "2h"})
    await breaker.signal("no_such_signal", {"by": "ops"})

    answer = await bench.ask(name, holder)
    assert answer.decision is Decision.GRANTED
    assert (await bench.status(name)).failures == 1


async def test_a_holder_that_is_gone_loses_its_permit(bench: Bench, name: str) -> None:
    request = PermitRequest(request_id="r1", holder="a workflow that never was")

    await bench.activities.request_permit(BreakerCall(name=name, request=request))

    async def lost() -> int | None:
        status = await bench.status(name)
        return status.totals.expired or None

    assert await eventually(lost) == 1
    assert (await bench.status(name)).permits_out == 0


async def test_a_probe_that_never_reports_makes_room(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(permit_expires_after=timedelta(hours=1))
    await bench.fail(name, holder, times=5)
    await bench.state(name, "open")
    await bench.env.sleep(FIVE_MINUTES)
    await bench.ask(name, holder, settings)

    await bench.env.sleep(timedelta(hours=1, seconds=1))
    answer = await bench.ask(name, holder, settings)

    assert answer.decision is Decision.GRANTED
    assert answer.probe


async def test_a_probe_whose_holder_was_terminated_goes_to_who_is_parked(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(when_open=WhenOpen.PARK)
    await bench.fail(name, holder, times=5)
    await bench.state(name, "open")
    await bench.env.sleep(FIVE_MINUTES)
    await bench.state(name, "half_open")
    doomed = await bench.holder()
    assert (await bench.ask(name, doomed, settings)).probe
    parked = await bench.ask(name, holder, settings)
    await doomed.terminate()

    await bench.env.sleep(timedelta(minutes=1, seconds=1))

    canary = await bench.answer_to(holder, parked.request_id, Decision.GRANTED)
    assert canary.probe


async def test_an_idle_breaker_with_nothing_to_remember_ends(
    bench: Bench, name: str, holder: Handle
) -> None:
    await bench.succeed(name, holder, times=1)

    await bench.env.sleep(timedelta(minutes=2))

    description = await bench.breaker(name).describe()
    assert description.status is WorkflowExecutionStatus.COMPLETED


async def test_a_counted_failure_is_remembered(bench: Bench, name: str, holder: Handle) -> None:
    await bench.fail(name, holder, times=1)

    await bench.env.sleep(timedelta(days=1))

    assert (await bench.status(name)).failures == 1


async def test_a_failure_reaches_a_breaker_that_was_lost(
    bench: Bench, name: str, holder: Handle
) -> None:
    answer = await bench.ask(name, holder)
    await bench.breaker(name).terminate()

    await bench.report(answer, PermitOutcome.FAILURE)

    assert (await bench.status(name)).failures == 1


async def test_the_success_of_a_lost_breaker_starts_none(
    bench: Bench, name: str, holder: Handle
) -> None:
    answer = await bench.ask(name, holder)
    await bench.breaker(name).terminate()

    await bench.report(answer, PermitOutcome.SUCCESS)

    description = await bench.breaker(name).describe()
    assert description.status is WorkflowExecutionStatus.TERMINATED


async def test_a_reset_closes_at_once_and_is_audited(
    bench: Bench, name: str, holder: Handle
) -> None:
    await bench.fail(name, holder, times=5)
    await bench.state(name, "open")

    await bench.breaker(name).signal("reset", ManualChange(by="kim", reason="fixed"))
    await bench.state(name, "closed")

    async def kinds() -> list[str] | None:
        found = bench.records.kinds(name)
        return found if len(found) == 2 else None

    assert await eventually(kinds) == ["breaker.opened", "breaker.reset"]
    last = list(bench.records.entries.values())[-1]
    assert (last.actor, last.reason) == ("kim", "fixed")


async def test_nobody_waits_for_the_audit_trail(bench: Bench, name: str, holder: Handle) -> None:
    bench.records.away = True
    await bench.fail(name, holder, times=5)
    assert (await bench.ask(name, holder)).decision is Decision.REJECTED

    bench.records.away = False
    await bench.env.sleep(timedelta(minutes=2))

    async def written() -> bool | None:
        return "breaker.opened" in bench.records.kinds(name) or None

    assert await eventually(written)


async def test_it_does_not_end_before_the_audit_trail_is_written(
    bench: Bench, name: str, holder: Handle
) -> None:
    bench.records.away = True
    await bench.fail(name, holder, times=5)
    await bench.breaker(name).signal("reset", ManualChange(by="kim"))
    await bench.env.sleep(timedelta(minutes=5))
    assert (await bench.breaker(name).describe()).status is WorkflowExecutionStatus.RUNNING

    bench.records.away = False
    await bench.env.sleep(timedelta(minutes=5))

    assert bench.records.kinds(name) == ["breaker.opened", "breaker.reset"]
    assert (await bench.breaker(name).describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_a_manual_hold_ends_by_itself(bench: Bench, name: str, holder: Handle) -> None:
    await bench.fail(name, holder, times=1)
    hold = ManualChange(by="kim", reason="maintenance", expires_after=timedelta(hours=2))

    await bench.breaker(name).signal("force_open", hold)
    answer = await bench.ask(name, holder)
    await bench.env.sleep(timedelta(hours=2, seconds=1))

    assert answer.decision is Decision.REJECTED
    assert answer.state == "forced_open"
    await bench.state(name, "half_open")


async def test_parked_requests_resume_oldest_first_when_it_closes(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(when_open=WhenOpen.PARK, resume_rate=1)
    await bench.fail(name, holder, times=5)
    parked = [await bench.ask(name, holder, settings) for _ in range(3)]
    assert [answer.place for answer in parked] == [1, 2, 3]

    await bench.env.sleep(FIVE_MINUTES)
    canary = await bench.answer_to(holder, parked[0].request_id, Decision.GRANTED)
    await bench.report(canary, PermitOutcome.SUCCESS)
    second = await bench.answer_to(holder, parked[1].request_id, Decision.GRANTED)
    await bench.report(second, PermitOutcome.SUCCESS)
    third = await bench.answer_to(holder, parked[2].request_id, Decision.GRANTED)

    assert (canary.probe, second.probe, third.probe) == (True, True, False)


async def test_a_cancelled_request_leaves_the_queue(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(when_open=WhenOpen.PARK)
    await bench.fail(name, holder, times=5)
    parked = await bench.ask(name, holder, settings)

    cancel = CancelRequest(request_id=parked.request_id)
    await bench.activities.cancel_permit(BreakerCancel(name=name, cancel=cancel))

    async def left() -> bool | None:
        return (await bench.status(name)).waiting == 0 or None

    assert await eventually(left)


async def test_settings_of_a_key_outlive_the_next_request(
    bench: Bench, name: str, holder: Handle
) -> None:
    await bench.fail(name, holder, times=2)

    change = Reconfigure(by="kim", reason="flaky job", settings={"failure_threshold": 3})
    await bench.breaker(name).signal("configure", change)
    await bench.fail(name, holder, times=1)

    status = await bench.state(name, "open")
    assert status.overrides == {"failure_threshold": 3}


async def test_a_new_run_goes_on_with_everything(bench: Bench, name: str, holder: Handle) -> None:
    first = await bench.ask(name, holder)
    await bench.fail(name, holder, times=4)
    breaker = bench.breaker(name)
    began_as = (await breaker.describe()).run_id

    nobodys = CancelRequest(request_id="nobody's")

    async def has_a_new_run() -> bool | None:
        # no query meanwhile: the time-skipping server may lose one when a run ends
        return (await breaker.describe()).run_id != began_as or None

    for _ in range(11):
        await asyncio.gather(*(breaker.signal("cancel_request", nobodys) for _ in range(100)))
    await eventually(has_a_new_run)
    await bench.report(first, PermitOutcome.FAILURE)

    await bench.state(name, "open")
    history = await breaker.query("history", result_type=list[BreakerEvent])
    assert [event.kind for event in history] == ["opened"]
