"""What there is to see of the demo at one moment."""

import asyncio
from dataclasses import dataclass

from temporalio.client import Client

from lakemend.gate.storm import StormTicket
from lakemend.incident import WORKFLOW, IncidentView
from records import Records
from simulator.client import Control

_OPEN = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
_ALL = 500


@dataclass(frozen=True)
class Moment:
    """The incidents and storms, oldest first; how many are open; whether all has gone quiet."""

    incidents: tuple[IncidentView, ...]
    open_incidents: int
    quiet: bool
    storms: tuple[StormTicket, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing is under way, on either side."""
        storming = any(storm.ended_at is None for storm in self.storms)
        return self.quiet and not self.open_incidents and not storming


@dataclass(frozen=True)
class Watcher:
    """Looks at the records, at Temporal, and at the simulated workspace."""

    records: Records
    client: Client
    control: Control

    async def look(self) -> Moment:
        """Return what there is now; the workspace is asked first, so that nothing slips through."""
        status = await asyncio.to_thread(self.control.status)
        count = await self.client.count_workflows(_OPEN)
        views = await asyncio.to_thread(self.records.list_incidents, limit=_ALL)
        storms = await asyncio.to_thread(self.records.list_storms)
        quiet = bool(status["quiet"])
        return Moment(tuple(reversed(views)), count.count, quiet, tuple(reversed(storms)))
