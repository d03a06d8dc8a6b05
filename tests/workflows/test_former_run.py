"""What a terminated incident held, and the next run under its id: on the time-skipping server."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from lakemend.breaker.settings import BreakerSettings, WhenOpen
from lakemend.gate.storm import StormSettings
from lakemend.gate.talk import GateRequest, GateSettings, PermitCall
from lakemend.incident import IncidentInput, parse_incident_id
from lakemend.lease import LeaseCall, LeaseGrant, LeaseRequest
from lakemend.permit import BreakerCall, Decision, PermitRequest
from tests.workflows.holders import (
    Bench,
    Handle,
    Holder,
    answer_of,
    eventually,
    running_bench,
    time_skipping,
)
from workflows.incident import IncidentWorkflow
from workflows.sandbox import sandbox

QUEUE = "incidents"
PARK = BreakerSettings(when_open=WhenOpen.PARK)
STORMY = GateSettings(storm=StormSettings(incidents=1))


# A server for each test: time stands still while an incident waits for its workspace.
@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with time_skipping() as env, running_bench(env) as bench:
        incidents = Worker(
            env.client,
            task_queue=QUEUE,
            workflows=[IncidentWorkflow],
            workflow_runner=sandbox(),
        )
        async with incidents:
            yield bench


@pytest.fixture
async def doomed(bench: Bench) -> Handle:
    incident = IncidentInput(workspace="default", run_id="7")
    return await bench.client.start_workflow(
        Holder.run, id=incident.incident_id, task_queue=bench.task_queue
    )


async def start_anew(bench: Bench, doomed: Handle) -> None:
    await doomed.terminate()
    subject = parse_incident_id(doomed.id)
    await bench.client.start_workflow(
        IncidentWorkflow.run,
        IncidentInput(workspace=subject.workspace, run_id=subject.run_id),
        id=doomed.id,
        task_queue=QUEUE,
    )


async def test_its_lease_goes_to_who_waits(bench: Bench, doomed: Handle, holder: Handle) -> None:
    resource = f"cluster-{uuid4()}"
    of_doomed, waiting = [
        LeaseCall(
            workspace="default",
            resource=resource,
            request=LeaseRequest(request_id=str(uuid4()), holder=who.id),
        )
        for who in (doomed, holder)
    ]
    await bench.activities.request_lease(of_doomed)
    await bench.activities.request_lease(waiting)

    await start_anew(bench, doomed)
    # asked again, the lease says what it says when it looks for its holder
    await bench.activities.request_lease(of_doomed)

    async def granted() -> bool | None:
        return bool(await answer_of(holder, "grants", list[LeaseGrant])) or None

    assert await eventually(granted)


async def test_its_probe_goes_to_who_is_parked(
    bench: Bench, name: str, doomed: Handle, holder: Handle
) -> None:
    await bench.fail(name, holder, times=5)
    await bench.env.sleep(PARK.open_for)
    await bench.state(name, "half_open")
    request = PermitRequest(request_id=str(uuid4()), holder=doomed.id, settings=PARK)
    probing = BreakerCall(name=name, request=request)
    await bench.activities.request_permit(probing)
    assert (await bench.answer_to(doomed, request.request_id)).probe
    parked = await bench.ask(name, holder, PARK)

    await start_anew(bench, doomed)
    await bench.activities.request_permit(probing)

    assert (await bench.answer_to(holder, parked.request_id, Decision.GRANTED)).probe


async def test_a_storm_whose_canary_it_was_goes_on(
    bench: Bench, doomed: Handle, holder: Handle
) -> None:
    early, probing, waiting = [
        PermitCall(
            workspace="default",
            gate=GateRequest(
                request_id=str(uuid4()), holder=who.id, cause="network", settings=STORMY
            ),
        )
        for who in (await bench.holder(), doomed, holder)
    ]
    for call in (early, probing, waiting):
        await bench.gates.ask_leave(call)
    assert (await bench.answer_to(doomed, probing.gate.request_id)).probe

    await start_anew(bench, doomed)
    await bench.gates.ask_leave(probing)

    canary = await bench.answer_to(holder, waiting.gate.request_id, Decision.GRANTED)
    assert canary.probe
