"""The rest after a recovery, also where no breaker has been running."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from lakemend.breaker.settings import BreakerSettings, Window
from lakemend.permit import (
    BreakerCall,
    BreakerReport,
    Decision,
    PermitAnswer,
    PermitOutcome,
    PermitReport,
    PermitRequest,
)
from tests.workflows.holders import Bench, Handle

JOB = "123"


async def ask(bench: Bench, name: str, holder: Handle, job_id: str = JOB) -> PermitAnswer:
    """Ask as an incident does; a breaker that need not run answers at once."""
    request = PermitRequest(request_id=str(uuid4()), holder=holder.id)
    call = BreakerCall(name=name, request=request, job_id=job_id)
    answer = await bench.activities.ask_permit(call)
    return answer or await bench.answer_to(holder, request.request_id)


async def test_a_request_after_a_recovery_is_held_until_the_rest_is_over(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(cool_down=timedelta(minutes=5))
    first = await bench.ask(name, holder, settings)
    await bench.report(first, PermitOutcome.SUCCESS)

    held = await bench.ask(name, holder, settings)
    assert (held.decision, held.state) == (Decision.PARKED, "closed")
    assert held.retry_at is not None

    await bench.env.sleep(timedelta(minutes=5))
    granted = await bench.answer_to(holder, held.request_id, Decision.GRANTED)
    assert not granted.probe


async def test_a_job_that_the_records_know_to_be_fresh_is_held_without_a_breaker_before(
    bench: Bench, name: str, holder: Handle
) -> None:
    now = await bench.env.get_current_time()
    bench.recovered = {("default", JOB): now - timedelta(minutes=1)}

    answer = await ask(bench, name, holder)

    assert answer.decision is Decision.PARKED
    assert answer.retry_at == now + timedelta(minutes=4)


async def test_a_job_that_was_recovered_long_ago_costs_no_breaker(
    bench: Bench, name: str, holder: Handle
) -> None:
    bench.recovered = {("default", JOB): datetime.now(UTC) - timedelta(hours=1)}

    answer = await ask(bench, name, holder)

    assert answer.decision is Decision.GRANTED
    with pytest.raises(RPCError):
        await bench.breaker(name).describe()


@pytest.mark.parametrize(
    ("job_id", "window", "is_kept"),
    [
        (JOB, Window.CONSECUTIVE, False),
        ("", Window.CONSECUTIVE, True),
        (JOB, Window.COUNT, True),
    ],
)
async def test_a_breaker_is_started_to_remember_what_no_ticket_of_a_job_tells(
    bench: Bench, name: str, job_id: str, window: Window, is_kept: bool
) -> None:
    success = PermitReport(
        request_id="r", outcome=PermitOutcome.SUCCESS, settings=BreakerSettings(window=window)
    )

    await bench.activities.report_permit(BreakerReport(name=name, report=success, job_id=job_id))

    if is_kept:
        assert (await bench.status(name)).successes == 1
    else:
        with pytest.raises(RPCError):
            await bench.breaker(name).describe()


async def test_a_breaker_ends_when_the_rest_is_over(
    bench: Bench, name: str, holder: Handle
) -> None:
    settings = BreakerSettings(cool_down=timedelta(minutes=5))
    await bench.report(await bench.ask(name, holder, settings), PermitOutcome.SUCCESS)
    await bench.env.sleep(timedelta(minutes=4))
    assert (await bench.breaker(name).describe()).status is WorkflowExecutionStatus.RUNNING

    await bench.env.sleep(timedelta(minutes=2))

    assert (await bench.breaker(name).describe()).status is WorkflowExecutionStatus.COMPLETED
