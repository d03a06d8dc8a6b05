"""The settings that a resource had when a run last succeeded with it."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, PrimaryKeyConstraint, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "good_settings",
        Column("workspace", Text, nullable=False),
        Column("resource", Text, nullable=False),
        Column("run_id", Text, nullable=False),
        Column("settings_hash", Text, nullable=False),
        Column("encrypted", Boolean, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("content", Text, nullable=False),
        PrimaryKeyConstraint("workspace", "resource"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("good_settings")
