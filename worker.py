"""Wires workflows and activities to task queues: a table of contents of the recovery."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import FixedSizeSlotSupplier, Worker, WorkerTuner

from activities.actions.table import action_activities
from activities.breakers import EntityActivities
from activities.decision import DecisionActivities
from activities.evidence import EvidenceActivities
from activities.gates import GateActivities
from activities.good_settings import GoodSettingsActivities
from activities.hand_over import HandOverActivities
from activities.health import HealthActivities
from activities.heartbeats import Heartbeats
from activities.pace import Pace
from activities.recommendations import RecommendationActivities
from activities.records import RecordActivities
from activities.retention import RetentionActivities
from activities.runs import RunActivities
from activities.slots import CallSlots, Slots
from activities.snapshots import SnapshotActivities
from activities.sweep import SweepActivities, SweepReports
from activities.workspace import Workspaces
from lakemend.incident import TASK_QUEUE
from lakemend.letter import ENTITY_QUEUE
from lakemend.playbook import Playbooks
from lakemend.playbook_set import load_all_playbooks
from lakemend.settings import Settings
from records import Records
from workflows.breaker import BreakerWorkflow
from workflows.converter import sharing_converter
from workflows.gate import GateWorkflow
from workflows.good_settings import KeepGoodSettingsWorkflow
from workflows.incident import IncidentWorkflow
from workflows.lease import LeaseWorkflow
from workflows.options import workspace_queue
from workflows.retention import PruneRecordsWorkflow, schedule_pruning
from workflows.sandbox import sandbox
from workflows.sweep import SweepWorkflow
from workflows.sweep_schedule import schedule_sweeps

ENTITIES = (BreakerWorkflow, GateWorkflow, LeaseWorkflow)
# An entity that somebody starts by hand on the incidents' queue is served there.
WORKFLOWS = (
    IncidentWorkflow,
    KeepGoodSettingsWorkflow,
    PruneRecordsWorkflow,
    SweepWorkflow,
    *ENTITIES,
)
# So many calls to one workspace at once: more than its rate brings about, and few enough that in a
# flood they leave the interpreter to the rest.
CALLS_AT_ONCE = 16
# Threads for the records: a workspace that hangs takes none of them, nor those of another one.
RECORD_THREADS = 8
# A call under way when the worker is told to stop gets this long to be confirmed.
GRACE = timedelta(seconds=10)
# Parked incidents stay in memory, at about 0.2 MB each: one that was put out is replayed each time.
MOST_CACHED = 4000
# They share one interpreter: a hundred at once, as is usual, take seconds each in a flood, and come
# near the ten that the server allows. Newcomers get a few, for those under way go first.
TASKS_AT_ONCE = 16
OF_NEWCOMERS = 4

USUAL_SLOTS = FixedSizeSlotSupplier(100)


@dataclass(frozen=True)
class Room:
    """How much a worker does at once: its threads, and its slots for what it takes from a queue."""

    threads: ThreadPoolExecutor
    slots: Slots


Activities = Sequence[Callable[..., Any]]
Supplier = Slots | FixedSizeSlotSupplier


async def run_worker(
    settings: Settings,
    client: Client,
    records: Records,
    *,
    shutdown: asyncio.Event,
    playbooks: Playbooks | None = None,
) -> None:
    """Work until `shutdown` is set, by `playbooks` or else by all that are in force.

    Raises PlaybookError before the first task if one is wrong.
    """
    playbooks = load_all_playbooks(settings.playbooks_dir) if playbooks is None else playbooks
    workspaces = Workspaces(settings.workspaces)
    client = sharing_converter(client)
    async with AsyncExitStack() as running:
        threads = running.enter_context(ThreadPoolExecutor(RECORD_THREADS, "records"))
        room = Room(threads, Slots(TASKS_AT_ONCE, for_newcomers=OF_NEWCOMERS))
        # who takes incidents can count on entities, also while it stops
        workers = [
            entity_worker(client, records, threads),
            control_worker(settings, client, records, room, playbooks),
        ]
        for name in settings.workspaces:
            callers = running.enter_context(ThreadPoolExecutor(CALLS_AT_ONCE, name))
            calls = Room(callers, CallSlots(CALLS_AT_ONCE, room.slots))
            workers.append(workspace_worker(settings, client, records, calls, workspaces, name))
        for worker in workers:
            await running.enter_async_context(worker)
        await schedule_pruning(client)
        await schedule_sweeps(client, settings.workspaces, settings.sweep_every)
        await shutdown.wait()


def entity_worker(client: Client, records: Records, threads: ThreadPoolExecutor) -> Worker:
    """Build the worker whose answers every incident waits for: none of its tasks may queue up.

    Behind thousands of arrivals a gate's tasks would time out on the queue, and its long history
    would be replayed for each of them.
    """
    return Worker(
        client,
        task_queue=ENTITY_QUEUE,
        workflows=ENTITIES,
        activities=[RecordActivities(records).record_audit],
        activity_executor=threads,
        workflow_runner=sandbox(),
        graceful_shutdown_timeout=GRACE,
    )


def control_worker(
    settings: Settings,
    client: Client,
    records: Records,
    room: Room,
    playbooks: Playbooks,
) -> Worker:
    """Build the worker for incidents and for whatever does not call a workspace."""
    record = RecordActivities(records)
    entities = EntityActivities(client, ENTITY_QUEUE, records.last_recovery)
    recommendations = RecommendationActivities(records)
    gates = GateActivities(client, ENTITY_QUEUE, entities)
    decisions = DecisionActivities(playbooks, settings, records)
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        max_cached_workflows=MOST_CACHED,
        tuner=_tuner(room.slots, FixedSizeSlotSupplier(RECORD_THREADS)),
        activities=[
            record.claim_failure,
            record.record,
            record.record_audit,
            decisions.decide,
            recommendations.settings_changed,
            HandOverActivities(client, TASK_QUEUE).hand_over,
            SweepReports(client, TASK_QUEUE).report_found,
            RetentionActivities(records, settings.retention).prune_records,
            gates.ask_leave,
            gates.return_leave,
            entities.request_lease,
            entities.release_lease,
        ],
        activity_executor=room.threads,
        workflow_runner=sandbox(),
        graceful_shutdown_timeout=GRACE,
    )


def workspace_worker(
    settings: Settings,
    client: Client,
    records: Records,
    room: Room,
    workspaces: Workspaces,
    name: str,
) -> Worker:
    """Build the worker for calls to one workspace; the server keeps its rate for all workers."""
    evidence = EvidenceActivities(workspaces, records)
    snapshots = SnapshotActivities(workspaces, records)
    sweeps = SweepActivities(workspaces, records, settings.sweep, settings.calls_per_second)
    return Worker(
        client,
        task_queue=workspace_queue(name),
        activities=[
            evidence.read_evidence,
            evidence.read_resource,
            RunActivities(workspaces, settings.poll_interval).wait_for_run,
            HealthActivities(workspaces).check_health,
            GoodSettingsActivities(workspaces, records).keep_good_settings,
            sweeps.look_for_failures,
            snapshots.take_snapshot,
            snapshots.restore_snapshot,
            *action_activities(workspaces, records),
        ],
        activity_executor=room.threads,
        tuner=_tuner(USUAL_SLOTS, room.slots),
        interceptors=[Heartbeats(), Pace(settings.poll_interval)],
        max_task_queue_activities_per_second=settings.calls_per_second,
        graceful_shutdown_timeout=GRACE,
    )


def _tuner(workflow: Supplier, activity: Supplier) -> WorkerTuner:
    return WorkerTuner.create_composite(
        workflow_supplier=workflow,
        activity_supplier=activity,
        local_activity_supplier=USUAL_SLOTS,
        nexus_supplier=USUAL_SLOTS,
    )
