"""Tickets of storms, and the storm that an incident waited in."""

from alembic import op
from sqlalchemy import Column, DateTime, Index, Integer, PrimaryKeyConstraint, Text, text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table, and the column that leads to it."""
    op.create_table(
        "storms",
        Column("number", Integer, nullable=False),
        Column("storm_id", Text, nullable=False, unique=True),
        Column("workspace", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("began_at", DateTime(timezone=True), nullable=False),
        Column("ended_at", DateTime(timezone=True)),
        Column("ticket", Text, nullable=False),
        PrimaryKeyConstraint("number"),
        Index("ix_storms_listing", "workspace", "number"),
        sqlite_autoincrement=True,
    )
    op.add_column("tickets", Column("storm_id", Text, nullable=False, server_default=text("''")))
    op.create_index("ix_tickets_storm", "tickets", ["storm_id", "number"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_tickets_storm", "tickets")
    op.drop_column("tickets", "storm_id")
    op.drop_table("storms")
