"""How much a worker takes at once: in a flood, what is under way goes before what has just arrived.

Each call leads to a task of its incident. A worker that reads newcomers faster than it deals with
what it read would let the tasks of recoveries wait behind thousands of theirs.
"""

import asyncio
from threading import Lock

from temporalio.worker import (
    CustomSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
)

_BREATH = 0.02  # seconds between two looks for a free slot, while there is none


class Permit(SlotPermit):
    """One slot; a task of an incident under way is sticky, the first one of a newcomer is not."""

    def __init__(self, *, is_sticky: bool) -> None:
        self.is_sticky = is_sticky
        self.is_used = False


class Slots(CustomSlotSupplier):
    """So many slots, of which newcomers get only some; the SDK calls from several threads."""

    def __init__(self, most: int, *, for_newcomers: int) -> None:
        self._most = most
        self._for_newcomers = for_newcomers
        self._taken: set[Permit] = set()
        self._lock = Lock()

    @property
    def is_busy(self) -> bool:
        """Whether half of the slots, or more, work on incidents under way."""
        with self._lock:
            return sum(each.is_used and each.is_sticky for each in self._taken) >= self._most / 2

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Wait for a free slot."""
        while (permit := self.try_reserve_slot(ctx)) is None:  # noqa: ASYNC110 - no event of this loop tells of a slot that another thread gives back
            await asyncio.sleep(_BREATH)
        return permit

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Take a slot if there is one."""
        with self._lock:
            newcomers = sum(not each.is_sticky for each in self._taken)
            is_full = len(self._taken) >= self._most
            if is_full or (not ctx.is_sticky and newcomers >= self._for_newcomers):
                return None
            permit = Permit(is_sticky=ctx.is_sticky)
            self._taken.add(permit)
            return permit

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Note that there is a task for the slot: one that only waits for tasks is not busy."""
        if isinstance(ctx.permit, Permit):
            ctx.permit.is_used = True

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """Give a slot back."""
        if isinstance(ctx.permit, Permit):
            with self._lock:
                self._taken.discard(ctx.permit)


class CallSlots(Slots):
    """Slots for calls, given only while the incidents that will get the answers are not busy."""

    def __init__(self, most: int, incidents: Slots) -> None:
        super().__init__(most, for_newcomers=most)
        self._incidents = incidents

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Take a slot if there is one, and if its answer would not have to wait."""
        return None if self._incidents.is_busy else super().try_reserve_slot(ctx)
