"""Failures that somebody deals with, so that a late report of one is known as a duplicate."""

from collections.abc import Iterable

from sqlalchemy import Connection, or_, select, update

from lakemend.evidence import whole_run_of
from records.insert import insert_missing
from records.tables import FailureRow


def claim(connection: Connection, key: str, incident_id: str, owner: str) -> bool:
    """Take a failure unless another owner settled it.

    An unsettled claim of another owner is taken over: that workflow is dead, because at most one
    runs at a time for an incident id. A run that another incident started, and still waits for, is
    that one's.
    """
    if _started_by_another(connection, key, incident_id):
        return False
    insert_missing(connection, FailureRow, [_row(key, incident_id, owner)])
    return _take(connection, key, incident_id, owner, settled=None)


def is_taken(connection: Connection, key: str, incident_id: str) -> bool:
    """Whether a claim by a new run of this incident would be refused."""
    settled = select(FailureRow.key).where(FailureRow.key == key, FailureRow.settled.is_(True))
    is_settled = connection.execute(settled).first() is not None
    return is_settled or _started_by_another(connection, key, incident_id)


def settle(connection: Connection, keys: Iterable[str], incident_id: str, owner: str) -> None:
    """Mark failures as dealt with; one that another owner settled stays theirs."""
    # in one order, so that two transactions never wait for each other
    ordered = sorted(set(keys))
    insert_missing(connection, FailureRow, [_row(key, incident_id, owner) for key in ordered])
    for key in ordered:
        _take(connection, key, incident_id, owner, settled=True)


def _started_by_another(connection: Connection, key: str, incident_id: str) -> bool:
    started = select(FailureRow.key).where(
        FailureRow.key == whole_run_of(key),
        FailureRow.incident_id != incident_id,
        FailureRow.settled.is_(False),
    )
    return connection.execute(started).first() is not None


def _take(
    connection: Connection, key: str, incident_id: str, owner: str, *, settled: bool | None
) -> bool:
    mine_or_free = or_(FailureRow.settled.is_(False), FailureRow.owner == owner)
    values: dict[str, object] = {"incident_id": incident_id, "owner": owner}
    if settled is not None:
        values["settled"] = settled
    statement = update(FailureRow).where(FailureRow.key == key, mine_or_free).values(values)
    return connection.execute(statement).rowcount == 1


def _row(key: str, incident_id: str, owner: str) -> dict[str, object]:
    return {"key": key, "incident_id": incident_id, "owner": owner, "settled": False}
