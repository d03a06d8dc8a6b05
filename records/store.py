"""The record store: every method is one transaction."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from pydantic import SecretStr

from lakemend.audit import AuditEntry, TicketStatus
from lakemend.incident import IncidentView, Outcome
from lakemend.neighbours import Sighting
from lakemend.recording import RecordInput, Snapshot, SnapshotInfo
from lakemend.retention import Cutoffs, Prunable
from records import (
    audit,
    failures,
    lessons,
    pruning,
    sightings,
    snapshots,
    tickets,
)
from records.engine import open_engine
from records.job_knowledge import JobKnowledge
from records.snapshots import Cipher
from records.storms import StormRecords
from records.tickets import TicketFilter


def open_records(url: str, snapshot_keys: Iterable[SecretStr | str] = ()) -> "Records":
    """Open the records at a URL that `migrate` has been run for.

    Snapshots are encrypted with the first key and decrypted with any. Raises RecordsError for a
    URL that is neither sqlite nor postgresql.
    """
    return Records(open_engine(url), Cipher(snapshot_keys))


class Records(JobKnowledge, StormRecords):
    """Tickets, audit trail, snapshots and handled failures; safe to share between threads.

    Every method raises RecordsError when the database is away or refuses.
    """

    def claim_failure(self, key: str, incident_id: str, owner: str) -> bool:
        """Take a failure to deal with; False if another owner has dealt with it."""
        with self._writing() as connection:
            return failures.claim(connection, key, incident_id, owner)

    def is_taken(self, key: str, incident_id: str) -> bool:
        """Whether a failure has been dealt with, or belongs to another incident that is open."""
        with self._reading() as connection:
            return failures.is_taken(connection, key, incident_id)

    def settle_failures(self, keys: Iterable[str], incident_id: str, owner: str) -> None:
        """Mark failures as dealt with."""
        with self._writing() as connection:
            failures.settle(connection, keys, incident_id, owner)

    def save_incident(self, view: IncidentView) -> str:
        """Keep what people see of an incident, and return its ticket's number."""
        with self._writing() as connection:
            return tickets.save(connection, view)

    def list_incidents(
        self,
        *,
        limit: int = 50,
        before: str | None = None,
        outcome: Outcome | None = None,
        workspace: str | None = None,
        job_id: str | None = None,
        open_only: bool = False,
    ) -> list[IncidentView]:
        """List incidents, newest first; `before` is the ticket number of the last one seen.

        Duplicates are listed only when that outcome is asked for.
        """
        chosen = TicketFilter(before, outcome, workspace, job_id, open_only)
        with self._reading() as connection:
            return tickets.listed(connection, limit, chosen)

    def get_incident(self, incident_id: str) -> IncidentView | None:
        """Return the newest ticket of an incident that is no duplicate."""
        with self._reading() as connection:
            return tickets.get(connection, incident_id)

    def seen_near(
        self, workspace: str, places: Collection[str], between: tuple[datetime, datetime], but: str
    ) -> list[Sighting]:
        """Return the incidents but one that were seen at these places between two instants."""
        with self._reading() as connection:
            return sightings.near(connection, workspace, places, between, but)

    def last_recovery(self, workspace: str, job_id: str) -> datetime | None:
        """Return when a run of the job was last recovered; None when it never was."""
        with self._reading() as connection:
            return tickets.last_recovery(connection, workspace, job_id)

    def ticket_status(self, number: str) -> TicketStatus | None:
        """Return the status of `LM-000123`; None without such a ticket."""
        with self._reading() as connection:
            return tickets.status(connection, number)

    def close_ticket(self, number: str, by: str, reason: str) -> TicketStatus | None:
        """Close an open ticket; returns its status then, which stays `in_progress` if it was."""
        with self._writing() as connection:
            return tickets.close(connection, number, by, reason)

    def append_audit(self, entries: Iterable[AuditEntry]) -> None:
        """Append entries; one whose id is there already is left as it is."""
        with self._writing() as connection:
            audit.append(connection, entries)

    def audit_of(self, subject: str) -> list[AuditEntry]:
        """Return the entries about an incident or breaker, oldest first."""
        with self._reading() as connection:
            return audit.of(connection, subject)

    def events_after(self, sequence: int, limit: int = 100) -> list[tuple[int, AuditEntry]]:
        """Return the entries after one that was seen; none is ever skipped."""
        with self._reading() as connection:
            return audit.after(connection, sequence, limit)

    def latest_sequence(self) -> int:
        """Return the sequence number of the newest entry, 0 without any."""
        with self._reading() as connection:
            return audit.latest_sequence(connection)

    def record(self, request: RecordInput) -> str:
        """Save, settle and append in one transaction; returns the ticket's number, or ""."""
        view = request.view
        with self._writing() as connection:
            number = tickets.save(connection, view) if view else ""
            if view and request.settled:
                owner = view.workflow_run_id
                failures.settle(connection, request.settled, view.incident_id, owner)
            if view:
                lessons.learn(connection, view)
            audit.append(connection, request.audit)
        return number

    def put_snapshot(
        self,
        snapshot_id: str,
        *,
        workspace: str,
        resource: str,
        incident_id: str,
        settings_json: str,
        settings_hash: str,
    ) -> None:
        """Keep the settings of a resource; the first ones under an id win."""
        info = SnapshotInfo(
            snapshot_id=snapshot_id,
            workspace=workspace,
            resource=resource,
            incident_id=incident_id,
            settings_hash=settings_hash,
            encrypted=self._cipher.encrypts,
            taken_at=datetime.now(UTC),
        )
        with self._writing() as connection:
            snapshots.put(connection, self._cipher, info, settings_json)

    def get_snapshot(self, snapshot_id: str) -> Snapshot | None:
        """Return a snapshot with the settings it holds."""
        with self._reading() as connection:
            return snapshots.get(connection, self._cipher, snapshot_id)

    def settle_snapshot(self, snapshot_id: str) -> None:
        """Note that the settings of a snapshot were put back."""
        with self._writing() as connection:
            snapshots.settle(connection, snapshot_id, datetime.now(UTC))

    def list_snapshots(self, incident_id: str) -> list[SnapshotInfo]:
        """List an incident's snapshots without what they hold, oldest first."""
        with self._reading() as connection:
            return snapshots.of(connection, incident_id)

    def find_snapshots(
        self, *, resource: str = "", incident_id: str = "", limit: int = 50
    ) -> list[SnapshotInfo]:
        """List the settings kept before changes, newest first, without what they hold."""
        with self._reading() as connection:
            return snapshots.found(
                connection, resource=resource, incident_id=incident_id, limit=limit
            )

    def begun_with(
        self, *, workspace: str, resource: str, since: datetime, not_by: str
    ) -> Snapshot | None:
        """Return the settings that another incident's step was the first to begin with since."""
        with self._reading() as connection:
            found = snapshots.earliest(
                connection, workspace=workspace, resource=resource, since=since, not_by=not_by
            )
            return snapshots.get(connection, self._cipher, found) if found else None

    def prune(self, kind: Prunable, before: Cutoffs, most: int) -> int:
        """Remove up to that many of one kind that are kept no longer; returns how many."""
        with self._writing() as connection:
            return pruning.prune(connection, kind, before, most)

    def count_prunable(self, kind: Prunable, before: Cutoffs) -> int:
        """Count what is kept no longer of one kind."""
        with self._reading() as connection:
            return pruning.count(connection, kind, before)
