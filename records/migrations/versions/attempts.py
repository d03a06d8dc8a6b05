"""Attempts that were made, for the budgets of a job."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Double, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "attempts",
        Column("token", Text, primary_key=True),
        Column("workspace", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("incident_id", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("starts_run", Boolean, nullable=False),
        Column("cost_factor", Double, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_attempts_subject", "attempts", ["workspace", "subject", "at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("attempts")
