import asyncio
from dataclasses import dataclass
from typing import Literal

from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import (
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    WorkflowSlotInfo,
)

from activities.slots import CallSlots, Slots


@dataclass
class Poll:
    """What the SDK says when it is about to ask for a task."""

    is_sticky: bool
    slot_type: Literal["workflow", "activity", "local-activity"] = "workflow"
    task_queue: str = "lakemend"
    worker_identity: str = "1@here"
    worker_build_id: str = ""
    worker_deployment_version: WorkerDeploymentVersion | None = None


@dataclass
class Task:
    """A task that takes an incident further."""

    workflow_type: str = "IncidentWorkflow"
    is_sticky: bool = True


@dataclass(frozen=True)
class Begun(SlotMarkUsedContext):
    """What the SDK says when a task has come."""

    slot_info: WorkflowSlotInfo
    permit: SlotPermit


UNDER_WAY, NEWCOMER = Poll(is_sticky=True), Poll(is_sticky=False)
CALL = Poll(is_sticky=False, slot_type="activity", task_queue="databricks-default")


def begin(slots: Slots, poll: Poll) -> SlotPermit:
    permit = slots.try_reserve_slot(poll)
    assert permit is not None
    slots.mark_slot_used(Begun(slot_info=Task(), permit=permit))
    return permit


def end(slots: Slots, permit: SlotPermit) -> None:
    slots.release_slot(SlotReleaseContext(slot_info=None, permit=permit))


def test_newcomers_leave_room_for_incidents_under_way() -> None:
    slots = Slots(4, for_newcomers=1)

    begin(slots, NEWCOMER)

    assert slots.try_reserve_slot(NEWCOMER) is None
    assert [slots.try_reserve_slot(UNDER_WAY) is not None for _ in range(4)] == [
        True,
        True,
        True,
        False,
    ]


async def test_who_finds_no_slot_waits_for_one() -> None:
    slots = Slots(1, for_newcomers=1)
    taken = begin(slots, UNDER_WAY)
    waiting = asyncio.create_task(slots.reserve_slot(UNDER_WAY))
    await asyncio.sleep(0.1)
    assert not waiting.done()

    end(slots, taken)

    assert await asyncio.wait_for(waiting, 5)


def test_no_call_is_taken_while_half_of_the_slots_deal_with_answers() -> None:
    incidents = Slots(4, for_newcomers=1)
    calls = CallSlots(2, incidents)
    begin(incidents, UNDER_WAY)
    last = begin(incidents, UNDER_WAY)

    assert calls.try_reserve_slot(CALL) is None

    end(incidents, last)

    assert calls.try_reserve_slot(CALL) is not None


def test_slots_that_only_wait_for_tasks_hold_no_call_back() -> None:
    incidents = Slots(4, for_newcomers=1)
    calls = CallSlots(2, incidents)

    while incidents.try_reserve_slot(UNDER_WAY):
        pass

    assert calls.try_reserve_slot(CALL) is not None


def test_newcomers_hold_no_call_back() -> None:
    incidents = Slots(4, for_newcomers=4)
    calls = CallSlots(2, incidents)

    for _ in range(4):
        begin(incidents, NEWCOMER)

    assert calls.try_reserve_slot(CALL) is not None
