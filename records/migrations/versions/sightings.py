"""Where incidents were seen, to find those of one outage."""

from alembic import op
from sqlalchemy import Column, DateTime, PrimaryKeyConstraint, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sightings",
        Column("incident_id", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("workspace", Text, nullable=False),
        Column("job_id", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("incident_id", "place"),
    )
    op.create_index("ix_sightings_place", "sightings", ["workspace", "place", "at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("sightings")
