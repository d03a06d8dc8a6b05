"""The base of breakers, gates and leases: workflows that live for one key and talk by signals.

An entity takes messages from its inbox, turns them into answers by a pure function, sends the
answers by signal, writes its audit trail, and goes on as a new run before its history grows long.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.audit_trail import AuditTrail
from workflows.signals import read

with workflow.unsafe.imports_passed_through():
    from lakemend.audit import AuditEntry
    from lakemend.gate.storm import StormTicket
    from lakemend.letter import Letter, fitting, size
    from lakemend.model import Model

LONGEST_HISTORY = 1000
"""Events after which a new run begins.

Signals that arrive while the last task of a run is worked on fail that task, and it is tried again
with the whole history replayed. On a busy machine four thousand events took longer than a task may.
"""

HISTORY_AT_LAST = 4000
"""Events after which a new run begins even if many answers are left to send.

In a flood a run would otherwise grow until its replay takes longer than a task may.
"""

ANSWERS_AT_ONCE = 100
"""Signals on their way, for which the end of a run has to wait."""

LITTLE_LEFT = 500
"""Answers left to send that are left to the next run rather than waited for."""

LARGEST_INPUT = 1_800_000
"""Bytes that a run may begin with; the server takes 2 MB and would fail the task for ever."""

MESSAGES_AT_ONCE = 500
BREATH = timedelta(milliseconds=1)
"""A task that computes for two seconds counts as deadlocked, so a flood is taken in portions."""

IDLE = timedelta(seconds=60)
"""How long an entity with nothing to remember waits for another message before it ends."""

MessageT = TypeVar("MessageT")


class Entity(ABC, Generic[MessageT]):
    """Inbox, answers, alarm, audit trail and continue-as-new."""

    def __init__(
        self,
        outbox: Sequence[Letter] = (),
        unwritten: Sequence[AuditEntry] = (),
        tickets: Sequence[StormTicket] = (),
    ) -> None:
        self._inbox: deque[MessageT] = deque()
        self.outbox = deque(outbox)
        self._sending: set[asyncio.Task[None]] = set()
        self.trail = AuditTrail(unwritten, tickets)
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._last_message_at = workflow.now()
        self._stirred = False
        self._due_at: datetime | None = None

    @abstractmethod
    def take(self, message: MessageT) -> None:
        """Change the state by one message; answers go to the outbox."""

    @abstractmethod
    def ring(self) -> None:
        """Do what is due now."""

    @abstractmethod
    def due(self) -> datetime | None:
        """Return when `ring` has something to do."""

    @abstractmethod
    def lost(self, letter: Letter) -> None:
        """Take note that nobody was there to take the letter."""

    @abstractmethod
    def is_forgettable(self) -> bool:
        """Whether a missing entity would answer the same."""

    @abstractmethod
    def show(self) -> None:
        """Publish the state after a change: search attributes, current details."""

    @abstractmethod
    def shorten(self, excess: int) -> None:
        """Forget the last of those who wait, so many bytes of them: they ask again."""

    @abstractmethod
    def successor(self) -> Model:
        """Return the input of the next run."""

    @workflow.signal(dynamic=True)
    def unknown_signal(self, name: str, _arguments: Sequence[RawValue]) -> None:
        """Ignore a signal that no one here understands."""
        workflow.logger.warning("entity.unknown_signal", extra={"signal": name})

    def post(self, parse: Callable[[Any], MessageT], arguments: Sequence[Any]) -> None:
        """Parse a signal into the inbox; one that cannot be read is logged and ignored."""
        message = read(parse, arguments)
        if message is None:
            return
        self.take_in_turn(message)
        self._last_message_at = workflow.now()

    def take_in_turn(self, message: MessageT) -> None:
        """Take a message after all that have come before it."""
        self._inbox.append(message)

    async def live(self) -> None:
        """Serve until there is nothing left to remember; raises ContinueAsNewError."""
        while not self._has_ended():
            self._stirred = False
            self._work()
            self._send()
            self.trail.write()
            if self._is_time_for_a_new_run():
                await self._start_over()
            self._set_alarm()
            if self._inbox:
                await workflow.sleep(BREATH)
            else:
                await workflow.wait_condition(self._has_work)

    def _has_work(self) -> bool:
        can_send = bool(self.outbox) and len(self._sending) < ANSWERS_AT_ONCE
        return self._stirred or bool(self._inbox) or can_send or self._is_due() or self._has_ended()

    def _is_due(self) -> bool:
        return self._due_at is not None and self._due_at <= workflow.now()

    def _has_ended(self) -> bool:
        busy = self._inbox or self.outbox or self._sending or not self.trail.is_written()
        return not busy and self.is_forgettable() and self._idle_at() <= workflow.now()

    def _idle_at(self) -> datetime:
        return self._last_message_at + IDLE

    def _work(self) -> None:
        if self._is_due():
            self.ring()
        for _ in range(min(len(self._inbox), MESSAGES_AT_ONCE)):
            self._take_or_refuse(self._inbox.popleft())
        self._due_at = self.due()
        self.show()

    def _take_or_refuse(self, message: MessageT) -> None:
        """Take what can be taken: an error would fail the workflow task, for ever."""
        try:
            self.take(message)
        except (ValueError, TypeError, ArithmeticError, LookupError):
            workflow.logger.exception("entity.refused_signal")

    def _send(self) -> None:
        while self.outbox and len(self._sending) < ANSWERS_AT_ONCE:
            task = asyncio.create_task(self._deliver(self.outbox.popleft()))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, letter: Letter) -> None:
        holder = workflow.get_external_workflow_handle(letter.holder)
        try:
            await holder.signal(letter.signal, letter.content)
        except ApplicationError as error:
            workflow.logger.info("entity.holder_gone %s: %s", letter.holder, error.message)
            self.lost(letter)
            self._stirred = True

    def _is_time_for_a_new_run(self) -> bool:
        info = workflow.info()
        events = info.get_current_history_length()
        is_long = events >= LONGEST_HISTORY or info.is_continue_as_new_suggested()
        has_little_to_do = not self._inbox and len(self.outbox) <= LITTLE_LEFT
        return events >= HISTORY_AT_LAST or (is_long and has_little_to_do)

    async def _start_over(self) -> None:
        """Go on as a new run once nothing is on its way; what came meanwhile goes along."""
        await workflow.wait_condition(lambda: not self._sending)
        await self.trail.stop()
        self._work()
        while self._inbox:
            await workflow.sleep(BREATH)
            self._work()
        self._leave_out_what_is_too_much()
        workflow.continue_as_new(self.successor())

    def _leave_out_what_is_too_much(self) -> None:
        """Keep as many of those who wait, and of the answers, as fit: the others ask again."""
        letters = list(self.outbox)
        self.outbox.clear()
        room = LARGEST_INPUT - size(self.successor())
        if room < 0:
            workflow.logger.error("entity.too_large", extra={"bytes": -room})
            self.shorten(-room)
            room = LARGEST_INPUT - size(self.successor())
        self.outbox.extend(fitting(letters, room))

    def _set_alarm(self) -> None:
        """Wake up in time. A later deadline keeps the timer that is set: it costs two events."""
        idle_at = self._idle_at() if self.is_forgettable() else None
        to_come = [at for at in (self._due_at, idle_at) if at is not None and at > workflow.now()]
        at = min(to_come, default=None)
        if at is None or (self._alarm_at is not None and self._alarm_at <= at):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.create_task(self._sleep_until(at))

    async def _sleep_until(self, at: datetime) -> None:
        await workflow.sleep(at - workflow.now(), summary=f"until {at:%H:%M:%S}")
        self._alarm = self._alarm_at = None
        self._stirred = True
