"""Snapshots from the records, compared with the workspace and put back on a person's order."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from activities.errors import StillChangingError
from activities.resources.opening import open_restorable
from activities.resources.resource import Restorable
from activities.snapshots import put_back
from activities.workspace import Json, Workspaces
from cli.output import Format, console, say, say_json, table
from cli.problems import BadInputError, CommandError
from cli.record_store import opened_records
from lakemend.audit import AuditEntry
from lakemend.compute.raw_settings import differing_fields
from lakemend.recording import Snapshot, SnapshotInfo
from lakemend.settings import Settings
from lakemend.settings_view import shown
from lakemend.step import RestoreResult, target_of
from records import Records


@dataclass(frozen=True)
class Difference:
    """Where a resource differs from a snapshot, and the hash of what it is now."""

    snapshot: Snapshot
    fields: tuple[str, ...]
    hash_now: str


async def list_snapshots(
    settings: Settings, resource: str, incident_id: str, limit: int
) -> list[SnapshotInfo]:
    """Return what is kept of settings before a change, newest first."""
    async with opened_records(settings) as records:
        return records.find_snapshots(resource=resource, incident_id=incident_id, limit=limit)


async def stored_snapshot(settings: Settings, snapshot_id: str) -> Snapshot:
    """Return one with what it holds; raises BadInputError for an unknown id."""
    async with opened_records(settings) as records:
        return _stored(records, snapshot_id)


async def compare(settings: Settings, snapshot_id: str) -> Difference:
    """Read the resource, and compare it with the snapshot."""
    snapshot = await stored_snapshot(settings, snapshot_id)
    resource = _resource(settings, snapshot)
    seen = await asyncio.to_thread(resource.read)
    fields = differing_fields(_settings_of(snapshot), seen.settings)
    return Difference(snapshot, fields, seen.hash)


async def put_snapshot_back(settings: Settings, difference: Difference, by: str) -> RestoreResult:
    """Put it back unless it has changed since it was compared, and note who ordered it.

    Raises CommandError while the resource is on its way to another state.
    """
    snapshot = difference.snapshot
    workspace = Workspaces(settings.workspaces).of(snapshot.workspace)
    resource = _resource(settings, snapshot)
    before = _settings_of(snapshot)
    try:
        result = await asyncio.to_thread(
            put_back, workspace, resource, before, {difference.hash_now}
        )
    except StillChangingError as error:
        raise CommandError(str(error), "Try again when it has settled.") from error
    async with opened_records(settings) as records:
        if result.restored:
            records.settle_snapshot(snapshot.snapshot_id)
        records.append_audit([_entry(snapshot, result, by)])
    return result


async def accept_snapshot(settings: Settings, snapshot_id: str, by: str) -> Snapshot:
    """Note that what the workspace has now may stay; raises BadInputError while it is in use."""
    async with opened_records(settings) as records:
        snapshot = _stored(records, snapshot_id)
        incident = records.get_incident(snapshot.incident_id)
        if incident and incident.outcome is None:
            remedy = "Wait for its end, or cancel it: it puts the settings back itself."
            problem = f"{snapshot.incident_id} is still open"
            raise BadInputError("SNAPSHOT", snapshot_id, problem, remedy)
        if snapshot.settled_at is None:
            records.settle_snapshot(snapshot_id)
            records.append_audit([_accepted(snapshot, by)])
    return snapshot


async def settle(settings: Settings, snapshot: Snapshot) -> None:
    """Note that nothing of a snapshot is left to put back."""
    async with opened_records(settings) as records:
        records.settle_snapshot(snapshot.snapshot_id)


def show_snapshots(snapshots: list[SnapshotInfo], output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json([each.model_dump(mode="json") for each in snapshots])
    elif not snapshots:
        say("No snapshot.")
    else:
        rows = [
            [
                each.snapshot_id,
                each.resource,
                f"{each.taken_at:%Y-%m-%d %H:%M}",
                f"{each.settled_at:%Y-%m-%d %H:%M}" if each.settled_at else "no",
            ]
            for each in snapshots
        ]
        console().print(table(["Snapshot", "Resource", "Taken (UTC)", "Settled (UTC)"], rows))


def show_snapshot(snapshot: Snapshot) -> None:
    """Print what it holds."""
    say_json(shown(_settings_of(snapshot)))


def show_difference(difference: Difference) -> None:
    """Print the names of the fields; values may be secrets."""
    resource = difference.snapshot.resource
    if not difference.fields:
        say(f"{resource} is as it was in the snapshot.")
        return
    say(f"{resource} differs from the snapshot in:")
    for name in difference.fields:
        say(f"  {name}")


def show_restored(result: RestoreResult) -> None:
    """Print what came of it; raises CommandError if it is not as in the snapshot."""
    if not result.restored:
        raise CommandError(result.message, "Compare again with `lakemend snapshot diff`.")
    say(result.message)


def _stored(records: Records, snapshot_id: str) -> Snapshot:
    snapshot = records.get_snapshot(snapshot_id)
    if snapshot is None:
        remedy = "See `lakemend snapshot list`."
        raise BadInputError("SNAPSHOT", snapshot_id, "there is no such snapshot", remedy)
    return snapshot


def _settings_of(snapshot: Snapshot) -> Json:
    settings: Json = json.loads(snapshot.settings_json)
    return settings


def _resource(settings: Settings, snapshot: Snapshot) -> Restorable:
    workspace = Workspaces(settings.workspaces).of(snapshot.workspace)
    return open_restorable(workspace, target_of(snapshot.resource))


def _accepted(snapshot: Snapshot, by: str) -> AuditEntry:
    return AuditEntry(
        entry_id=f"snapshot-accept:{uuid4()}",
        at=datetime.now(UTC),
        subject=snapshot.incident_id,
        kind="snapshot.accepted",
        message=f"{snapshot.resource} may stay as it was changed",
        actor=by,
        data={"snapshot_id": snapshot.snapshot_id},
    )


def _entry(snapshot: Snapshot, result: RestoreResult, by: str) -> AuditEntry:
    return AuditEntry(
        entry_id=f"snapshot-restore:{uuid4()}",
        at=datetime.now(UTC),
        subject=snapshot.incident_id,
        kind="snapshot.restored" if result.restored else "snapshot.not_restored",
        message=result.message,
        actor=by,
        data={
            "snapshot_id": snapshot.snapshot_id,
            "calls": [call.model_dump(mode="json") for call in result.calls],
        },
    )
