"""Snapshots that were put back, and audit entries that may go when they are old."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let a transaction remove the audit entries that it declares too old, and no others."""
    op.add_column("snapshots", Column("settled_at", DateTime(timezone=True)))
    op.create_table("audit_pruning", Column("before", DateTime(timezone=True), primary_key=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entries_append_only ON audit_entries")
        op.execute(REFUSE_ON_POSTGRESQL)
    else:
        op.execute("DROP TRIGGER audit_entries_no_delete")
        op.execute(REFUSE_ON_SQLITE)


def downgrade() -> None:
    """Refuse every removal again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entries_no_delete ON audit_entries")
        op.execute("DROP TRIGGER audit_entries_append_only ON audit_entries")
        op.execute("DROP FUNCTION refuse_audit_removal()")
        op.execute(BEFORE_ON_POSTGRESQL)
    else:
        op.execute("DROP TRIGGER audit_entries_no_delete")
        op.execute(BEFORE_ON_SQLITE)
    op.drop_table("audit_pruning")
    op.drop_column("snapshots", "settled_at")


REFUSE_ON_SQLITE = """
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
WHEN NOT EXISTS (SELECT 1 FROM audit_pruning WHERE OLD.at < audit_pruning.before)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
"""
BEFORE_ON_SQLITE = """
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
"""
REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION refuse_audit_removal() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM audit_pruning WHERE OLD.at < audit_pruning.before)
  THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR TRUNCATE
ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE
ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_audit_removal()
"""
BEFORE_ON_POSTGRESQL = """
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""
