"""Writes an entity's audit entries in the background: nobody who asks for a permit waits for it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from lakemend.audit import AuditEntry
    from lakemend.gate.storm import StormTicket
    from lakemend.recording import RECORD_AUDIT, AuditInput

TRY_FOR = timedelta(seconds=10)
PAUSE = timedelta(minutes=1)
"""Before the records are tried again after they have been away."""

MOST_UNWRITTEN = 500
"""A longer backlog would not fit into the next run's input with all the rest."""


class AuditTrail:
    """Entries that are not in the records yet. An entry written twice is kept once, by its id.

    With them go the tickets of storms, of each the newest only.
    """

    def __init__(
        self, unwritten: Sequence[AuditEntry] = (), tickets: Sequence[StormTicket] = ()
    ) -> None:
        self._unwritten: list[AuditEntry] = list(unwritten)
        self._tickets = {ticket.storm_id: ticket for ticket in tickets}
        self._writer: asyncio.Task[None] | None = None

    def add(self, entries: Sequence[AuditEntry], tickets: Sequence[StormTicket] = ()) -> None:
        """Put entries in line; beyond the limit the oldest are lost, and said so in the log."""
        self._tickets |= {ticket.storm_id: ticket for ticket in tickets}
        self._unwritten.extend(entries)
        surplus = len(self._unwritten) - MOST_UNWRITTEN
        if surplus > 0:
            workflow.logger.error("audit.dropped", extra={"entries": surplus})
            del self._unwritten[:surplus]

    def is_written(self) -> bool:
        """Whether nothing is left to write."""
        return not self._unwritten and not self._tickets

    def unwritten(self) -> tuple[AuditEntry, ...]:
        """Return what the next run has to write."""
        return tuple(self._unwritten)

    def unwritten_tickets(self) -> tuple[StormTicket, ...]:
        """Return the tickets that the next run has to write."""
        return tuple(self._tickets.values())

    def write(self) -> None:
        """Start writing, unless it is under way."""
        if not self.is_written() and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Stop writing; what was not confirmed stays unwritten."""
        if self._writer is not None and not self._writer.done():
            self._writer.cancel()
            await workflow.wait_condition(self._writer.done)

    async def _write(self) -> None:
        while not self.is_written():
            entries, tickets = self.unwritten(), self.unwritten_tickets()
            try:
                await workflow.execute_local_activity(
                    RECORD_AUDIT,
                    AuditInput(entries=entries, storms=tickets),
                    schedule_to_close_timeout=TRY_FOR,
                )
            except FailureError as error:
                # a local activity that was cancelled says so by an ActivityError of its own
                if is_cancelled_exception(error):
                    return
                workflow.logger.warning("audit.unwritten: %s", error)
                await workflow.sleep(PAUSE, summary="until the records are tried again")
            else:
                written = {entry.entry_id for entry in entries}
                self._unwritten = [e for e in self._unwritten if e.entry_id not in written]
                # one that has changed meanwhile is written again
                unchanged = [t.storm_id for t in tickets if self._tickets[t.storm_id] == t]
                self._tickets = {
                    key: ticket for key, ticket in self._tickets.items() if key not in unchanged
                }
