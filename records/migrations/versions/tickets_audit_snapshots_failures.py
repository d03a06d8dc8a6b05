"""The first tables: tickets, audit trail, snapshots, handled failures."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None

UTC_TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables, and keep the audit trail from being rewritten."""
    _create_tickets()
    _create_audit_entries()
    _create_snapshots()
    op.create_table(
        "handled_failures",
        Column("key", Text, primary_key=True),
        Column("incident_id", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("settled", Boolean, nullable=False),
    )


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        Column("number", Integer, primary_key=True),
        Column("incident_id", Text, nullable=False),
        Column("workflow_run_id", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("workspace", Text, nullable=False),
        Column("run_id", Text, nullable=False),
        Column("job_id", Text, nullable=False),
        Column("error_type", Text, nullable=False),
        Column("outcome", Text),
        Column("stage", Text, nullable=False),
        Column("started_at", UTC_TIME, nullable=False),
        Column("ended_at", UTC_TIME),
        Column("closed_by", Text, nullable=False, server_default=text("''")),
        Column("closed_reason", Text, nullable=False, server_default=text("''")),
        Column("closed_at", UTC_TIME),
        Column("view", Text, nullable=False),
        UniqueConstraint("incident_id", "workflow_run_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_listing", "tickets", ["workspace", "job_id", "number"])
    op.create_index("ix_tickets_status", "tickets", ["status", "number"])


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("entry_id", Text, nullable=False, unique=True),
        Column("at", UTC_TIME, nullable=False),
        Column("subject", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("entry", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "sequence"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_ON_POSTGRESQL)
    else:
        op.execute(REFUSE_ON_SQLITE.format(verb="update"))
        op.execute(REFUSE_ON_SQLITE.format(verb="delete"))


def _create_snapshots() -> None:
    op.create_table(
        "snapshots",
        Column("snapshot_id", Text, primary_key=True),
        Column("workspace", Text, nullable=False),
        Column("resource", Text, nullable=False),
        Column("incident_id", Text, nullable=False),
        Column("settings_hash", Text, nullable=False),
        Column("encrypted", Boolean, nullable=False),
        Column("taken_at", UTC_TIME, nullable=False),
        Column("content", Text, nullable=False),
    )
    op.create_index("ix_snapshots_incident", "snapshots", ["incident_id", "taken_at"])


REFUSE_ON_SQLITE = """
CREATE TRIGGER audit_entries_no_{verb} BEFORE {verb} ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
"""
REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""


def downgrade() -> None:
    """Drop everything."""
    for table in ("handled_failures", "snapshots", "audit_entries", "tickets"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
