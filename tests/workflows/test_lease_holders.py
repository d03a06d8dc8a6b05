"""What an incident makes of a lease that is lost, on the time-skipping server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from lakemend.lease import (
    LeaseCall,
    LeaseGrant,
    LeaseRelease,
    LeaseRequest,
    LeaseReturn,
    lease_workflow_id,
)
from lakemend.lease_view import LeaseStatus
from tests.workflows.holders import (
    Bench,
    Handle,
    LeaseTaker,
    answer_of,
    eventually,
    running_bench,
    time_skipping,
)
from workflows.leases import EXPIRES_AFTER, Leases

QUEUE = "tenants"
HOUR = timedelta(hours=1)


@workflow.defn(name="TenantStub", sandboxed=False)
class Tenant(LeaseTaker):
    """Holds resources for two steps, with a pause between them that may be longer than a lease.

    One that is cancelled needs them once more, as for putting settings back.
    """

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[datetime] = []

    @workflow.run
    async def run(self, resources: list[str], pause: timedelta) -> list[datetime]:
        leases = Leases("default", self._mailbox)
        await leases.reserve(resources)
        await leases.acquire(resources[0])
        self._steps.append(workflow.now())
        await workflow.sleep(pause)
        try:
            await leases.acquire(resources[0])
        except asyncio.CancelledError:
            await leases.acquire_all(reversed(resources))
        self._steps.append(workflow.now())
        await leases.release_all()
        return self._steps

    @workflow.query
    def steps(self) -> list[datetime]:
        return self._steps


@pytest.fixture(scope="module")
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env, "leases") as bench:
        activities = [bench.activities.request_lease, bench.activities.release_lease]
        async with Worker(env.client, task_queue=QUEUE, workflows=[Tenant], activities=activities):
            yield bench


@pytest.fixture
def resource() -> str:
    return f"cluster-{uuid4()}"


async def tenant(bench: Bench, resources: list[str], pause: timedelta) -> Handle:
    return await bench.client.start_workflow(
        Tenant.run, args=[resources, pause], id=f"tenant-{uuid4()}", task_queue=QUEUE
    )


async def steps(handle: Handle, count: int) -> list[datetime]:
    async def look() -> list[datetime] | None:
        done = await answer_of(handle, "steps", list[datetime])
        return done if len(done) == count else None

    return await eventually(look)


async def ask(bench: Bench, resource: str, holder: Handle) -> None:
    request = LeaseRequest(
        request_id=f"{holder.id}/{resource}", holder=holder.id, expires_after=HOUR * 1000
    )
    await bench.activities.request_lease(
        LeaseCall(workspace="default", resource=resource, request=request)
    )


async def give_back(bench: Bench, resource: str, holder: Handle) -> None:
    release = LeaseRelease(request_id=f"{holder.id}/{resource}")
    await bench.activities.release_lease(
        LeaseReturn(workspace="default", resource=resource, release=release)
    )


async def granted(holder: Handle, resource: str) -> None:
    async def look() -> bool | None:
        grants = await answer_of(holder, "grants", list[LeaseGrant])
        return any(grant.resource == resource for grant in grants) or None

    await eventually(look)


async def terminate(bench: Bench, resource: str) -> None:
    await bench.client.get_workflow_handle(lease_workflow_id("default", resource)).terminate()


async def waits(bench: Bench, resource: str, who: Handle) -> None:
    lease = bench.client.get_workflow_handle(lease_workflow_id("default", resource))

    async def look() -> bool | None:
        return who.id in (await answer_of(lease, "status", LeaseStatus)).waiting or None

    await eventually(look)


async def test_the_holder_of_a_lease_that_was_terminated_keeps_the_resource(
    bench: Bench, resource: str
) -> None:
    holder = await bench.holder()
    await ask(bench, resource, holder)
    await granted(holder, resource)
    await terminate(bench, resource)

    incident = await tenant(bench, [resource], timedelta(0))
    await waits(bench, resource, incident)
    await bench.env.sleep(HOUR)
    assert await answer_of(incident, "steps", list[datetime]) == []
    await give_back(bench, resource, holder)

    assert len(await steps(incident, 2)) == 2


async def test_who_waits_is_served_though_the_lease_was_terminated(
    bench: Bench, resource: str
) -> None:
    holder = await bench.holder()
    await ask(bench, resource, holder)
    await granted(holder, resource)
    incident = await tenant(bench, [resource], timedelta(0))
    await waits(bench, resource, incident)

    await terminate(bench, resource)
    # the queue was not lost, so this is what it waited for
    await give_back(bench, resource, holder)

    assert len(await steps(incident, 2)) == 2


async def test_a_holder_that_died_with_its_lease_makes_room(bench: Bench, resource: str) -> None:
    holder = await bench.holder()
    await ask(bench, resource, holder)
    await granted(holder, resource)
    await terminate(bench, resource)
    await holder.terminate()

    incident = await tenant(bench, [resource], timedelta(0))
    await bench.env.sleep(timedelta(minutes=2))

    assert len(await steps(incident, 2)) == 2


async def test_who_has_lost_a_lease_waits_for_it_before_the_next_step(
    bench: Bench, resource: str
) -> None:
    incident = await tenant(bench, [resource], EXPIRES_AFTER + HOUR)
    await steps(incident, 1)
    other = await bench.holder()
    await ask(bench, resource, other)

    await bench.env.sleep(EXPIRES_AFTER + HOUR * 2)
    await granted(other, resource)
    await waits(bench, resource, incident)
    assert len(await steps(incident, 1)) == 1
    await give_back(bench, resource, other)

    assert len(await steps(incident, 2)) == 2


async def test_who_is_cancelled_in_line_for_a_lost_lease_keeps_its_place(
    bench: Bench, resource: str
) -> None:
    incident = await tenant(bench, [resource], EXPIRES_AFTER + HOUR)
    await steps(incident, 1)
    other, later = await bench.holder(), await bench.holder()
    await ask(bench, resource, other)
    await bench.env.sleep(EXPIRES_AFTER + HOUR * 2)
    await waits(bench, resource, incident)
    await ask(bench, resource, later)

    await incident.cancel()
    await give_back(bench, resource, other)

    assert len(await steps(incident, 2)) == 2
    await granted(later, resource)


async def one_that_lost(bench: Bench, first: str, second: str) -> tuple[Handle, Handle]:
    """Return who waits anew for the first lease of its set, and who holds it meanwhile."""
    incident = await tenant(bench, [first, second], EXPIRES_AFTER + HOUR)
    await steps(incident, 1)
    other = await bench.holder()
    await ask(bench, first, other)
    await bench.env.sleep(EXPIRES_AFTER + HOUR * 2)
    await waits(bench, first, incident)
    return incident, other


async def test_who_is_cancelled_in_line_for_a_set_still_holds_nothing_of_it(
    bench: Bench, resource: str
) -> None:
    first, second = f"{resource}-a", f"{resource}-b"
    incident, other = await one_that_lost(bench, first, second)

    await incident.cancel()
    await ask(bench, second, other)
    await granted(other, second)
    await give_back(bench, first, other)
    await give_back(bench, second, other)

    assert len(await steps(incident, 2)) == 2


async def test_who_has_lost_one_lease_of_a_set_waits_without_holding_the_others(
    bench: Bench, resource: str
) -> None:
    first, second = f"{resource}-a", f"{resource}-b"
    incident, other = await one_that_lost(bench, first, second)

    await ask(bench, second, other)
    await granted(other, second)
    await give_back(bench, first, other)
    await give_back(bench, second, other)

    assert len(await steps(incident, 2)) == 2
