"""The lease workflow on the time-skipping server; its holders are real workflows."""

from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus

from lakemend.lease import (
    LeaseCall,
    LeaseGrant,
    LeaseRelease,
    LeaseRequest,
    LeaseReturn,
    lease_workflow_id,
)
from lakemend.lease_view import LeaseStatus
from tests.workflows.holders import Bench, Handle, Holder, answer_of, eventually


@pytest.fixture
def resource() -> str:
    return f"cluster-{uuid4()}"


async def ask(bench: Bench, resource: str, holder: str, request_id: str) -> None:
    request = LeaseRequest(request_id=request_id, holder=holder, expires_after=timedelta(hours=1))
    call = LeaseCall(workspace="default", resource=resource, request=request)
    await bench.activities.request_lease(call)


async def give_back(bench: Bench, resource: str, request_id: str) -> None:
    release = LeaseRelease(request_id=request_id)
    await bench.activities.release_lease(
        LeaseReturn(workspace="default", resource=resource, release=release)
    )


async def granted(holder: Handle) -> LeaseGrant:
    async def look() -> LeaseGrant | None:
        grants = await holder.query(Holder.grants)
        return grants[0] if grants else None

    return await eventually(look)


async def status(bench: Bench, resource: str) -> LeaseStatus:
    handle = bench.client.get_workflow_handle(lease_workflow_id("default", resource))
    return await answer_of(handle, "status", LeaseStatus)


async def test_the_second_gets_it_when_the_first_gives_it_back(bench: Bench, resource: str) -> None:
    first, second = await bench.holder(), await bench.holder()
    await ask(bench, resource, first.id, "r1")
    await granted(first)
    await ask(bench, resource, second.id, "r2")
    assert (await status(bench, resource)).waiting == (second.id,)

    await give_back(bench, resource, "r1")

    assert (await granted(second)).resource == resource


async def test_a_holder_that_is_gone_does_not_keep_it(bench: Bench, resource: str) -> None:
    holder = await bench.holder()

    await ask(bench, resource, "a workflow that never was", "r1")
    await ask(bench, resource, holder.id, "r2")

    assert (await granted(holder)).request_id == "r2"


async def test_a_holder_that_dies_makes_room_for_who_waits(bench: Bench, resource: str) -> None:
    first, second = await bench.holder(), await bench.holder()
    await ask(bench, resource, first.id, "r1")
    await granted(first)
    await ask(bench, resource, second.id, "r2")
    await first.terminate()

    await bench.env.sleep(timedelta(minutes=1, seconds=1))

    assert (await granted(second)).request_id == "r2"


async def test_a_holder_that_lives_keeps_it_however_long_others_wait(
    bench: Bench, resource: str
) -> None:
    first, second = await bench.holder(), await bench.holder()
    await ask(bench, resource, first.id, "r1")
    await ask(bench, resource, second.id, "r2")

    await bench.env.sleep(timedelta(minutes=50))

    assert (await status(bench, resource)).holder == first.id
    assert await second.query(Holder.grants) == []


async def test_a_holder_that_forgets_it_loses_it_in_time(bench: Bench, resource: str) -> None:
    first, second = await bench.holder(), await bench.holder()
    await ask(bench, resource, first.id, "r1")
    await ask(bench, resource, second.id, "r2")

    await bench.env.sleep(timedelta(hours=1, seconds=1))

    assert (await granted(second)).request_id == "r2"


async def test_a_free_lease_that_nobody_waits_for_ends(bench: Bench, resource: str) -> None:
    holder = await bench.holder()
    await ask(bench, resource, holder.id, "r1")
    await granted(holder)

    await give_back(bench, resource, "r1")
    await bench.env.sleep(timedelta(minutes=2))
    await give_back(bench, resource, "r1")

    handle = bench.client.get_workflow_handle(lease_workflow_id("default", resource))
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_malformed_signals_change_nothing(bench: Bench, resource: str) -> None:
    holder = await bench.holder()
    await ask(bench, resource, holder.id, "r1")
    await granted(holder)
    handle = bench.client.get_workflow_handle(lease_workflow_id("default", resource))

    await handle.signal("release")
    await handle.signal("release", {"id": "r1"})
    await handle.signal("request_lease", "please")

    assert (await status(bench, resource)).holder == holder.id
