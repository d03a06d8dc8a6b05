"""What is left after a trial: incidents, histories, records, logs, and the workspace's report."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from bench.proof.failing_jobs import SECRET
from bench.proof.trial import Failing
from bench.proof.world import World
from lakemend.breaker.view import BreakerStatus
from lakemend.incident import IncidentView, incident_id
from lakemend.lease_view import LeaseStatus
from lakemend.step import StepInput
from simulator.invariants import report

_KINDS = ("incident", "breaker", "lease", "good-settings")
_SIGNAL_CAME_FIRST = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
# signals that give things back are on their way for a moment
_MOMENTS = 300


@dataclass(frozen=True)
class Account:
    """`open_ones` are incidents that never ended, with where they stand; `held` what they kept.

    `restless` says what never came to an end in the workspace itself.
    """

    jobs: Mapping[str, Failing]
    job_of: Mapping[int, str]
    report: Mapping[str, Any]
    created: set[int]
    succeeded: set[int]
    failures_told: set[int]
    looked_at: set[int]
    views: Mapping[int, IncidentView]
    steps: Mapping[int, Sequence[StepInput]]
    open_ones: Sequence[str]
    held: Sequence[str]
    unsettled: Sequence[str]
    broken_tasks: Sequence[str]
    leaks: Sequence[str]
    restless: str = ""

    def runs_of(self, job: str) -> list[int]:
        """Return the runs of a job and of the one that it calls."""
        return [run for run, name in self.job_of.items() if name.split("_")[0] == job]


async def take_account(world: World, jobs: Mapping[str, Failing]) -> Account:
    """Read everything; the worker must still be there to answer queries."""
    state = world.workspace.world.state
    runs = list(state.runs.values())
    held = await _held(world)
    executions = [each async for each in world.client.list_workflows(_all_of(world.name))]
    histories = {f"{each.id}/{each.run_id}": await _events(world, each) for each in executions}
    return Account(
        jobs=jobs,
        # a run keeps the name of a job that a person deletes
        job_of={run.run_id: run.run_name for run in runs},
        report=report(world.workspace),
        created={run.run_id for run in runs if run.by == "api"},
        succeeded={run.run_id for run in runs if run.end and run.end.succeeded},
        failures_told=set(_failures_told(world)),
        looked_at={int(each.id.rpartition("-")[2]) for each in executions if _is_incident(each)},
        views={run: view for run in state.runs if (view := _view(world, run))},
        steps={
            run: list(_steps(histories, incident_id(world.name, f"{run}"))) for run in state.runs
        },
        open_ones=[
            f"{each.id}: {_where(world, each.id)}"
            for each in executions
            if each.status is WorkflowExecutionStatus.RUNNING and _is_incident(each)
        ],
        held=held,
        unsettled=_unsettled(world),
        broken_tasks=list(_broken_tasks(histories)),
        leaks=list(_leaks(world, histories)),
    )


def _is_incident(execution: WorkflowExecution) -> bool:
    return execution.id.startswith("incident:")


def _failures_told(world: World) -> Iterator[int]:
    """Yield the runs whose failure the webhook route took."""
    for delivery in world.workspace.world.state.deliveries.values():
        body = delivery.body
        if 202 in delivery.answers and body["event_type"] == "jobs.on_failure":
            yield int(body["run"]["run_id"])


def _all_of(name: str) -> str:
    return " OR ".join(f'WorkflowId STARTS_WITH "{kind}:{name}:"' for kind in _KINDS)


def _view(world: World, run_id: int) -> IncidentView | None:
    return world.records.get_incident(incident_id(world.name, str(run_id)))


def _where(world: World, workflow_id: str) -> str:
    view = world.records.get_incident(workflow_id)
    return f"{view.stage}, {[step.action for step in view.steps]}" if view else "not even begun"


async def _events(world: World, execution: WorkflowExecution) -> list[HistoryEvent]:
    handle = world.client.get_workflow_handle(execution.id, run_id=execution.run_id)
    return [event async for event in handle.fetch_history_events()]


def _steps(histories: Mapping[str, list[HistoryEvent]], incident: str) -> Iterator[StepInput]:
    """Yield every step that an incident set out to take, from the inputs of its actions."""
    for key, events in histories.items():
        if not key.startswith(f"{incident}/"):
            continue
        for event in events:
            scheduled = event.activity_task_scheduled_event_attributes
            if not scheduled.input.payloads:
                continue
            content = json.loads(scheduled.input.payloads[0].data)
            if isinstance(content, dict) and "token" in content and "action" in content:
                yield StepInput.model_validate(content)


async def _held(world: World) -> list[str]:
    """Return who still holds or waits for something, after all had a moment to give it back."""
    held: list[str] = []
    for _ in range(_MOMENTS):
        held = [each async for each in _holders(world)]
        if not held:
            break
        await asyncio.sleep(0.1)
    return held


async def _holders(world: World) -> AsyncIterator[str]:
    running = f'({_all_of(world.name)}) AND ExecutionStatus = "Running"'
    async for each in world.client.list_workflows(running):
        handle = world.client.get_workflow_handle(each.id)
        if each.id.startswith("lease:"):
            lease = await handle.query("status", result_type=LeaseStatus)
            if lease.holder or lease.waiting:
                yield f"{each.id}: {lease}"
        if each.id.startswith("breaker:"):
            breaker = await handle.query("status", result_type=BreakerStatus)
            if breaker.permits_out or breaker.waiting:
                yield f"{each.id}: {breaker}"


def _unsettled(world: World) -> list[str]:
    with sqlite3.connect(world.folder / "records.db") as connection:
        rows = connection.execute("select key from handled_failures where not settled")
        return [str(key) for (key,) in rows]


def _broken_tasks(histories: Mapping[str, list[HistoryEvent]]) -> Iterator[str]:
    """Yield workflow tasks that failed: code that replays otherwise, or that raised.

    A workflow that wants to end while a signal arrives is told to look at that first.
    """
    for key, events in histories.items():
        for event in events:
            failed = event.workflow_task_failed_event_attributes
            if failed.failure.message and failed.cause != _SIGNAL_CAME_FIRST:
                yield f"{key}: {failed.failure.message}"


def _leaks(world: World, histories: Mapping[str, list[HistoryEvent]]) -> Iterator[str]:
    """Yield every place that shows the planted secret."""
    secret = SECRET.encode()
    for key, events in histories.items():
        for event in events:
            if secret in event.SerializeToString():
                yield f"{key}, event {event.event_id} {EventType.Name(event.event_type)}"
    for file in world.folder.iterdir():
        if secret in file.read_bytes():
            yield file.name
