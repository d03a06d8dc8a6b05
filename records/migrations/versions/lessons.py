"""What incidents showed about the phases that were tried."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, PrimaryKeyConstraint, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "lessons",
        Column("workflow_run_id", Text, nullable=False),
        Column("phase", Text, nullable=False),
        Column("incident_id", Text, nullable=False),
        Column("workspace", Text, nullable=False),
        Column("job_id", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("helped", Boolean, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("workflow_run_id", "phase"),
    )
    op.create_index("ix_lessons_job", "lessons", ["workspace", "job_id", "cause", "at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("lessons")
