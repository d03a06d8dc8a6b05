"""The incidents of a storm, those that began it included."""

from alembic import op
from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Text, text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table in place of the column, which held one storm for each ticket."""
    op.create_table(
        "storm_incidents",
        Column("storm_id", Text, nullable=False),
        Column("number", Integer, nullable=False),
        PrimaryKeyConstraint("storm_id", "number"),
        Index("ix_storm_incidents_number", "number"),
    )
    op.execute(
        "INSERT INTO storm_incidents (storm_id, number) "
        "SELECT storm_id, number FROM tickets WHERE storm_id <> ''"
    )
    op.drop_index("ix_tickets_storm", "tickets")
    op.drop_column("tickets", "storm_id")


def downgrade() -> None:
    """Go back to the column."""
    op.add_column("tickets", Column("storm_id", Text, nullable=False, server_default=text("''")))
    op.create_index("ix_tickets_storm", "tickets", ["storm_id", "number"])
    op.execute(
        "UPDATE tickets SET storm_id = coalesce((SELECT max(storm_id) FROM storm_incidents "
        "WHERE storm_incidents.number = tickets.number), '')"
    )
    op.drop_table("storm_incidents")
