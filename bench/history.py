"""Events and billable actions of a workflow, counted in its history.

What is counted is what Temporal Cloud bills (docs.temporal.io/cloud/actions), by the rules that its
Web UI uses (temporalio/ui, `get-event-billable-actions.ts`):

- a start, also as continue-as-new; a signal-with-start is one action, not two;
- each other signal, counted where it arrives;
- each activity and each retry of it;
- the local activities of one workflow task together, and their retries after a task heartbeat;
- each timer and each upsert of search attributes, however many attributes.

A history does not show the heartbeats of activities, which are billed, nor the tries of an activity
that was cancelled between two of them. Queries are billed too; a recovery makes none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

_WAITING = "wait_for_run"
_MOST_LOCAL_RETRIES = 100  # that are billed for one workflow task
_PATCH_MARKERS = {"core_patch", "Version"}
_ONE_EACH = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
}
_SIGNAL_WITH_START = [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
]


@dataclass(frozen=True)
class Cost:
    """`looks` says how many of the actions were looks at a run that was waited for."""

    events: int = 0
    actions: int = 0
    looks: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.events + other.events, self.actions + other.actions, self.looks + other.looks
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.events - other.events, self.actions - other.actions, self.looks - other.looks
        )


async def cost_of(client: Client, workflow_id: str, since: datetime) -> Cost:
    """Count what a workflow cost since then, also in the runs that it went on as."""
    runs = await _runs(client, workflow_id)
    newer = ([event for event in run if _at(event) >= since] for run in runs)
    return sum(map(_cost, newer), Cost())


async def senders_to(client: Client, workflow_id: str) -> set[str]:
    """Return the ids of the workflows that signalled this one: its breakers and leases."""
    runs = await _runs(client, workflow_id)
    signals = [event.workflow_execution_signaled_event_attributes for run in runs for event in run]
    senders = {signal.external_workflow_execution.workflow_id for signal in signals}
    return senders - {""}


async def _runs(client: Client, workflow_id: str) -> list[list[HistoryEvent]]:
    runs: list[list[HistoryEvent]] = []
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id)
    while True:
        run = [event async for event in handle.fetch_history_events()]
        runs.append(run)
        started = run[0].workflow_execution_started_event_attributes
        if not started.continued_execution_run_id:
            return runs
        handle = client.get_workflow_handle(workflow_id, run_id=started.continued_execution_run_id)


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)


def _cost(run: Sequence[HistoryEvent]) -> Cost:
    actions = sum(map(_actions, run)) + len(_tasks_with_markers(run)) - _began_with_signal(run)
    return Cost(len(run), actions, _looks(run))


def _actions(event: HistoryEvent) -> int:
    """Markers are not among these: all of one workflow task are one action."""
    if event.event_type in _ONE_EACH:
        return 1
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
        return 1
    if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
        return event.activity_task_started_event_attributes.attempt - 1
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        metering = event.workflow_task_completed_event_attributes.metering_metadata
        return min(metering.nonfirst_local_activity_execution_attempts, _MOST_LOCAL_RETRIES)
    return 0


def _began_with_signal(run: Sequence[HistoryEvent]) -> int:
    """Whether it began by a signal-with-start, which is one action for the two events."""
    first_two = [event.event_type for event in run[:2]]
    if first_two != _SIGNAL_WITH_START:
        return 0
    started = run[0].workflow_execution_started_event_attributes
    return int(not started.continued_execution_run_id)


def _tasks_with_markers(run: Sequence[HistoryEvent]) -> set[int]:
    markers = [
        event.marker_recorded_event_attributes
        for event in run
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    ]
    return {
        marker.workflow_task_completed_event_id
        for marker in markers
        if marker.marker_name not in _PATCH_MARKERS
    }


def _looks(run: Sequence[HistoryEvent]) -> int:
    waiting = {
        event.event_id
        for event in run
        if event.activity_task_scheduled_event_attributes.activity_type.name == _WAITING
    }
    started = [event.activity_task_started_event_attributes for event in run]
    return sum(each.attempt for each in started if each.scheduled_event_id in waiting)
