"""Attempts that were made, one row each, for the budgets of a job."""

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from lakemend.budget import WINDOW, Attempt, Budgets, Spent, refuse_beyond
from records.insert import insert_missing
from records.tables import AttemptRow


def reserve(connection: Connection, attempt: Attempt, budgets: Budgets, now: datetime) -> None:
    """Write an attempt down unless a try of it did already; raises BudgetExceededError.

    The lock makes counting and writing one: two incidents of a job never take the last attempt
    both. SQLite has one writer at a time.
    """
    if connection.dialect.name == "postgresql":
        key = f"{attempt.workspace}/{attempt.subject}"
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
        )
    if connection.scalar(select(AttemptRow.token).where(AttemptRow.token == attempt.token)):
        return
    spent = spent_by(connection, attempt.workspace, attempt.subject, now)
    refuse_beyond(budgets, spent, attempt.cost_factor)
    insert_missing(connection, AttemptRow, [{**attempt.model_dump(), "at": now}])


def spent_by(connection: Connection, workspace: str, subject: str, now: datetime) -> Spent:
    """Return what was used within the window that ends now."""
    statement = select(
        func.count().label("attempts"),
        func.coalesce(func.sum(AttemptRow.cost_factor), 0).label("cost_factor"),
        func.min(AttemptRow.at).label("oldest"),
    ).where(
        AttemptRow.workspace == workspace,
        AttemptRow.subject == subject,
        AttemptRow.starts_run.is_(True),
        AttemptRow.at > now - WINDOW,
    )
    row = connection.execute(statement).mappings().one()
    return Spent.model_validate(dict(row))
