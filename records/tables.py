"""The tables, as `migrations/` leaves them; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite keeps no zone, so all are kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time rather than guess its zone."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        del dialect
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value)


class PlainText(TypeDecorator[str]):
    """Text without NUL, which PostgreSQL refuses and users' programs print."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Show a NUL as the replacement character."""
        del dialect
        return value and value.replace("\x00", "\ufffd")


# SQLite counts only an INTEGER by itself, which holds 64 bits there
Sequence = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {datetime: UTCDateTime, str: PlainText}


class TicketRow(Base):
    """One ticket per workflow run of an incident."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("incident_id", "workflow_run_id"),
        Index("ix_tickets_listing", "workspace", "job_id", "number"),
        Index("ix_tickets_status", "status", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str]
    workflow_run_id: Mapped[str]
    status: Mapped[str]
    workspace: Mapped[str]
    run_id: Mapped[str]
    job_id: Mapped[str]
    error_type: Mapped[str]
    outcome: Mapped[str | None]
    stage: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(server_default=text("''"))
    closed_reason: Mapped[str] = mapped_column(server_default=text("''"))
    closed_at: Mapped[datetime | None]
    view: Mapped[str]


class StormRow(Base):
    """One ticket per storm."""

    __tablename__ = "storms"
    __table_args__ = (
        Index("ix_storms_listing", "workspace", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    storm_id: Mapped[str] = mapped_column(unique=True)
    workspace: Mapped[str]
    cause: Mapped[str]
    status: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ticket: Mapped[str]


class StormIncidentRow(Base):
    """A ticket of an incident belongs to a storm; one that met two storms belongs to both."""

    __tablename__ = "storm_incidents"
    __table_args__ = (Index("ix_storm_incidents_number", "number"),)

    storm_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditRow(Base):
    """One line of the audit trail; `sequence` is the event id of the live stream."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True)
    entry_id: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    subject: Mapped[str]
    kind: Mapped[str]
    actor: Mapped[str]
    entry: Mapped[str]


class AuditPruningRow(Base):
    """The age from which a transaction removes audit entries; there is a row within it only."""

    __tablename__ = "audit_pruning"

    before: Mapped[datetime] = mapped_column(primary_key=True)


class SnapshotRow(Base):
    """Settings of a resource before a change; `settled_at` is when they were put back."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_incident", "incident_id", "taken_at"),)

    snapshot_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    resource: Mapped[str]
    incident_id: Mapped[str]
    settings_hash: Mapped[str]
    encrypted: Mapped[bool]
    taken_at: Mapped[datetime]
    content: Mapped[str]
    settled_at: Mapped[datetime | None]


class GoodSettingsRow(Base):
    """Settings of a resource when a run last succeeded with it."""

    __tablename__ = "good_settings"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    settings_hash: Mapped[str]
    encrypted: Mapped[bool]
    recorded_at: Mapped[datetime]
    content: Mapped[str]


class AttemptRow(Base):
    """An attempt of a step, counted for the budgets of its job."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_subject", "workspace", "subject", "at"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    subject: Mapped[str]
    incident_id: Mapped[str]
    action: Mapped[str]
    starts_run: Mapped[bool]
    cost_factor: Mapped[float]
    at: Mapped[datetime]


class SightingRow(Base):
    """A place that an incident was seen at."""

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_place", "workspace", "place", "at"),)

    incident_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    job_id: Mapped[str]
    cause: Mapped[str]
    at: Mapped[datetime]


class LessonRow(Base):
    """What an incident showed about one phase of its last plan."""

    __tablename__ = "lessons"
    __table_args__ = (Index("ix_lessons_job", "workspace", "job_id", "cause", "at"),)

    workflow_run_id: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str]
    workspace: Mapped[str]
    job_id: Mapped[str]
    cause: Mapped[str]
    what: Mapped[str]
    helped: Mapped[bool]
    at: Mapped[datetime]


class FailureRow(Base):
    """A failure somebody deals with, or has dealt with once `settled`."""

    __tablename__ = "handled_failures"

    key: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str]
    owner: Mapped[str]
    settled: Mapped[bool]
