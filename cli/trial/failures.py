"""The failures of a simulated workspace, each reported once, and the incidents they lead to."""

import asyncio
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus

from cli.following import IncidentHandle, start_by_hand
from lakemend.incident import IncidentInput, IncidentView
from simulator.client import Control

_ENDED = frozenset({"TERMINATED", "SKIPPED"})
_FINE = frozenset({"SUCCESS", "SUCCESS_WITH_FAILURES"})
# runs that recovery or the platform started belong to an incident already
_OF_THE_JOB = frozenset({"schedule", "person"})


class Failures:
    """Reports what has failed; an incident's own repairs are its own affair."""

    def __init__(self, client: Client, control: Control) -> None:
        self._client = client
        self._control = control
        self._handles: dict[int, IncidentHandle] = {}

    async def all_dealt_with(self) -> bool:
        """Report what is new, and tell whether all is quiet and every incident has ended."""
        open_ = [handle for handle in self._handles.values() if await _is_open(handle)]
        status = await asyncio.to_thread(self._control.status)
        runs = await asyncio.to_thread(self._control.runs)
        new = [run for run in runs if run["run_id"] not in self._handles and _has_failed(run)]
        for run in new:
            await self._report(int(run["run_id"]))
        return not open_ and not new and bool(status["quiet"])

    async def incidents(self) -> list[IncidentView]:
        """Return every incident as it stands, oldest first."""
        handles = self._handles.values()
        return [await handle.query("view", result_type=IncidentView) for handle in handles]

    async def _report(self, run_id: int) -> None:
        incident = IncidentInput(run_id=str(run_id), requested_by="playbook test")
        self._handles[run_id] = await start_by_hand(self._client, incident)


async def _is_open(handle: IncidentHandle) -> bool:
    return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


def _has_failed(run: dict[str, Any]) -> bool:
    return run["phase"] in _ENDED and run["result"] not in _FINE and run["by"] in _OF_THE_JOB
