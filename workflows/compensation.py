"""What must be given back whatever happens: leases, and settings that a step changed."""

from collections.abc import Collection

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.snapshots import SnapshotActivities
    from lakemend.step import (
        Change,
        RestoreRequest,
        SnapshotRef,
        SnapshotRequest,
        Target,
        WatchedRun,
    )
    from workflows.leases import EXPIRES_AFTER, Leases
    from workflows.mailbox import Mailbox
    from workflows.options import RESTORE_PATIENCE, calling
    from workflows.story import Story
    from workflows.waiting import wait_for_run


class Compensation:
    """Knows what this incident holds and changed, and gives it back."""

    def __init__(self, story: Story, mailbox: Mailbox) -> None:
        self._story = story
        self._mailbox = mailbox
        self._leases = Leases(story.view.workspace, mailbox)
        self._snapshots: dict[str, SnapshotRef] = {}
        self._hashes: dict[str, str] = {}
        self._active_run: WatchedRun | None = None

    async def begin(self, leases: Collection[str]) -> None:
        """Begin a phase from the settings as they were, with what its steps need to hold."""
        await self.restore()
        await self._leases.reserve(leases)

    async def prepare(self, target: Target, *, snapshot: bool) -> None:
        """Hold the lease of a resource and put its settings aside, before a step changes it."""
        workspace = self._story.view.workspace
        await self._leases.acquire(target.lease)
        if snapshot and target.resource not in self._snapshots:
            reference = await workflow.execute_activity_method(
                SnapshotActivities.take_snapshot,
                SnapshotRequest(
                    workspace=workspace, incident_id=self._story.view.incident_id, target=target
                ),
                summary=f"Snapshot of {target.resource}",
                **calling(workspace),
            )
            self._snapshots[target.resource] = reference
        if snapshot:
            # from now on: a step that fails midway may have changed it without saying so
            self._hashes.setdefault(target.resource, self._snapshots[target.resource].hash)

    def changed(self, change: Change) -> None:
        """Remember what a step made of a resource; the first snapshot stays the one to restore."""
        if change.resource in self._hashes:
            self._hashes[change.resource] = change.hash_after

    async def give_up_lease(self, target: Target) -> None:
        """Release a resource at once when nothing on it has to be put back."""
        kept = {self._snapshots[resource].target.lease for resource in self._hashes}
        if target.lease not in kept and not self._leases.is_reserved(target.lease):
            await self._leases.release(target.lease)

    def run_started(self, watched: WatchedRun) -> None:
        """Note a run that uses the changed settings; they stay until it has ended."""
        self._active_run = watched

    def run_ended(self) -> None:
        """Note that no run of ours is under way any more."""
        self._active_run = None

    def keep_changes(self) -> None:
        """Leave the settings as the steps made them, as the playbook says, and say so."""
        for resource in self._hashes:
            self._story.note(f"{resource} keeps the change that helped, as the playbook says.")
        self._hashes.clear()

    async def restore(self) -> bool:
        """Put every changed setting back, newest first, once the repaired run has ended.

        Returns whether all are as they were, or as a third party has since made them.
        """
        if self._hashes and self._active_run:
            await self._leases.prolong_all(RESTORE_PATIENCE + EXPIRES_AFTER)
            await wait_for_run(self._active_run, self._mailbox, RESTORE_PATIENCE)
        # a set that was lost was given back as a whole, and may be in others' hands
        await self._leases.acquire_all(self._snapshots[each].target.lease for each in self._hashes)
        restored = True
        for resource in reversed(list(self._hashes)):
            restored &= await self._restore(resource, self._hashes.pop(resource))
        return restored

    async def release(self) -> None:
        """Give every lease back."""
        await self._leases.release_all()

    async def _restore(self, resource: str, expected_hash: str) -> bool:
        snapshot = self._snapshots.pop(resource)
        request = RestoreRequest(
            snapshot=snapshot,
            expected_hash=expected_hash,
            incident_id=self._story.view.incident_id,
        )
        try:
            result = await workflow.execute_activity_method(
                SnapshotActivities.restore_snapshot,
                request,
                summary=f"Put {resource} back",
                **calling(snapshot.workspace),
            )
        except ActivityError as error:
            message = f"{resource} could not be put back: {error.cause}"
            self._story.note(message)
            self._story.tell("restore_failed", message, snapshot_id=snapshot.snapshot_id)
            return False
        calls = [call.model_dump(mode="json") for call in result.calls]
        kind = "restored" if result.restored else "not_restored"
        self._story.tell(kind, result.message, resource=resource, calls=calls)
        if not result.restored:
            self._story.note(result.message)
        return True
