"""The record store: every method is one transaction."""

from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from lakemend.audit import AuditEntry, TicketStatus
from lakemend.budget import Attempt, Budgets, Spent
from lakemend.incident import IncidentView, Outcome
from lakemend.memory import Lesson
from lakemend.neighbours import Sighting
from lakemend.recording import GoodSettings, RecordInput, Snapshot, SnapshotInfo
from records import (
    attempts,
    audit,
    failures,
    good_settings,
    lessons,
    sightings,
    snapshots,
    tickets,
)
from records.engine import READ_ONLY, open_engine, records_errors
from records.snapshots import Cipher
from records.tickets import TicketFilter


def open_records(url: str, snapshot_keys: Iterable[SecretStr | str] = ()) -> "Records":
    """Open the records at a URL that `migrate` has been run for.

    Snapshots are encrypted with the first key and decrypted with any. Raises RecordsError for a
    URL that is neither sqlite nor postgresql.
    """
    return Records(open_engine(url), Cipher(snapshot_keys))


class Records:
    """Tickets, audit trail, snapshots and handled failures; safe to share between threads.

    Every method raises RecordsError when the database is away or refuses.
    """

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._engine = engine
        self._readers = engine.execution_options(**{READ_ONLY: True})
        self._cipher = cipher

    def claim_failure(self, key: str, incident_id: str, owner: str) -> bool:
        """Take a failure to deal with; False if another owner has dealt with it."""
        with self._writing() as connection:
            return failures.claim(connection, key, incident_id, owner)

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

    def reserve_attempt(self, attempt: Attempt, budgets: Budgets) -> None:
        """Count an attempt once, whatever its tries; raises BudgetExceededError."""
        with self._writing() as connection:
            attempts.reserve(connection, attempt, budgets, datetime.now(UTC))

    def spent_by(self, workspace: str, subject: str) -> Spent:
        """Return what a job has used of its budgets within the last 24 hours."""
        with self._reading() as connection:
            return attempts.spent_by(connection, workspace, subject, datetime.now(UTC))

    def lessons(self, workspace: str, job_id: str, cause: str = "") -> list[Lesson]:
        """Return what the incidents of a job showed about the phases tried, newest first."""
        with self._reading() as connection:
            return lessons.of(connection, workspace, job_id, cause)

    def forget_lessons(self, workspace: str, job_id: str, cause: str = "") -> int:
        """Forget what helped a job, against one cause or all; returns how many lessons that was."""
        with self._writing() as connection:
            return lessons.forget(connection, workspace, job_id, cause)

    def put_good_settings(self, good: GoodSettings) -> None:
        """Keep the settings that a run succeeded with, in place of the ones before."""
        with self._writing() as connection:
            good_settings.put(connection, self._cipher, good)

    def get_good_settings(self, workspace: str, resource: str) -> GoodSettings | None:
        """Return the settings of the last run that succeeded; None when none is known."""
        with self._reading() as connection:
            return good_settings.get(connection, self._cipher, workspace, resource)

    def is_changed_by_us(self, workspace: str, resource: str, settings_hash: str) -> bool:
        """Whether an open incident made the settings of a resource what they are."""
        with self._reading() as connection:
            return good_settings.is_changed_by_us(connection, workspace, resource, settings_hash)

    def ping(self) -> None:
        """Raise RecordsError unless the database answers and has been migrated."""
        with self._reading() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version"))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with records_errors(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with records_errors(), self._engine.begin() as connection:
            yield connection
