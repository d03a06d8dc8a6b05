"""Putting settings aside before a step changes them, and putting them back afterwards."""

from temporalio import activity

from activities.errors import told_to_temporal
from activities.resources.opening import open_restorable
from activities.resources.resource import Restorable, Seen
from activities.resources.stored import Shelf, load
from activities.workspace import Json, Workspace, Workspaces
from lakemend.compute.raw_settings import differing_fields, settings_hash
from lakemend.errors import NotFoundError
from lakemend.incident import Call
from lakemend.step import RestoreRequest, RestoreResult, SnapshotRef, SnapshotRequest
from records import Records


class SnapshotActivities:
    """Raw settings go from the workspace into the records and back; never into a history."""

    def __init__(self, workspaces: Workspaces, records: Records) -> None:
        self._workspaces = workspaces
        self._records = records

    @activity.defn
    def take_snapshot(self, request: SnapshotRequest) -> SnapshotRef:
        """Store the settings as they are; twice the same settings are one snapshot."""
        with told_to_temporal():
            resource = open_restorable(self._workspaces.of(request.workspace), request.target)
            seen = resource.read()
            shelf = Shelf(self._records, request.workspace, request.incident_id, resource.name)
            return SnapshotRef(
                snapshot_id=shelf.keep_snapshot(seen.settings),
                workspace=request.workspace,
                target=request.target,
                hash=seen.hash,
            )

    @activity.defn(no_thread_cancel_exception=True)  # a write half done would go unreported
    def restore_snapshot(self, request: RestoreRequest) -> RestoreResult:
        """Put the settings back, unless somebody else has changed them since our change.

        Ours is what `expected_hash` says, or what a step of this incident set out to make of them:
        so a step that died before it could tell its hash is put back as well.
        """
        with told_to_temporal():
            name = request.snapshot.workspace
            workspace = self._workspaces.of(name)
            resource = open_restorable(workspace, request.snapshot.target)
            shelf = Shelf(self._records, name, request.incident_id, resource.name)
            ours = {request.expected_hash} | shelf.target_hashes()
            before = load(self._records, request.snapshot.snapshot_id)
            try:
                result = put_back(workspace, resource, before, ours)
            except NotFoundError:
                message = f"{resource.name} does not exist any more; nothing was put back"
                return RestoreResult(restored=False, message=message)
            if result.restored:
                self._records.settle_snapshot(request.snapshot.snapshot_id)
            return result


def put_back(
    workspace: Workspace, resource: Restorable, before: Json, ours: set[str]
) -> RestoreResult:
    """Write only while what is there has a hash in `ours`, and believe only what is read back."""
    calls: list[Call] = []
    seen = resource.read()
    if seen.hash == settings_hash(before):
        return RestoreResult(restored=True, message=f"{resource.name} is as it was before")
    if seen.hash not in ours:
        return _not_ours(resource, before, seen)
    for write in resource.restorations(before, seen):
        workspace.write(write)
        calls.append(write.call)
        seen = resource.read()
        if seen.hash == settings_hash(before):
            message = f"{resource.name} was put back"
            return RestoreResult(restored=True, message=message, calls=tuple(calls))
    remaining = ", ".join(differing_fields(before, seen.settings))
    message = f"{resource.name} still differs from before in {remaining}"
    return RestoreResult(restored=False, message=message, calls=tuple(calls))


def _not_ours(resource: Restorable, before: Json, seen: Seen) -> RestoreResult:
    fields = ", ".join(differing_fields(before, seen.settings))
    message = (
        f"{resource.name} was changed by somebody else meanwhile and is left as it is; "
        f"it differs from before our change in {fields}"
    )
    return RestoreResult(restored=False, message=message)
