"""What incidents that have ended showed about the phases that were tried."""

from sqlalchemy import ColumnElement, Connection, delete, select

from lakemend.incident import IncidentView
from lakemend.lessons import lessons_of
from lakemend.memory import Lesson
from records.insert import insert_missing
from records.tables import LessonRow

MOST = 100
"""The newest lessons tell; a job that failed more often than that has taught the same before."""


def learn(connection: Connection, view: IncidentView) -> None:
    """Keep the lessons of an incident that has ended; twice written is once kept."""
    insert_missing(connection, LessonRow, [each.model_dump() for each in lessons_of(view)])


def of(connection: Connection, workspace: str, job_id: str, cause: str) -> list[Lesson]:
    """Return the lessons of a job, newest first; of all causes without one."""
    statement = (
        select(*LessonRow.__table__.columns)
        .where(*_about(workspace, job_id, cause))
        .order_by(LessonRow.at.desc(), LessonRow.phase)
        .limit(MOST)
    )
    rows = connection.execute(statement).mappings()
    return [Lesson.model_validate(dict(row)) for row in rows]


def forget(connection: Connection, workspace: str, job_id: str, cause: str) -> int:
    """Remove the lessons of a job, and return how many there were."""
    statement = delete(LessonRow).where(*_about(workspace, job_id, cause))
    return connection.execute(statement).rowcount


def _about(workspace: str, job_id: str, cause: str) -> list[ColumnElement[bool]]:
    conditions = [LessonRow.workspace == workspace, LessonRow.job_id == job_id]
    return [*conditions, LessonRow.cause == cause] if cause else conditions
