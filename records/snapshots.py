"""Settings of resources before we changed them, encrypted when there is a key."""

from collections.abc import Iterable
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr
from sqlalchemy import Connection, select, update

from lakemend.errors import RecordsError
from lakemend.recording import Snapshot, SnapshotInfo
from records.insert import insert_missing
from records.tables import SnapshotRow


class Cipher:
    """Encrypts with the first key, and decrypts with any, so that keys can be rotated."""

    def __init__(self, keys: Iterable[SecretStr | str]) -> None:
        plain = [key if isinstance(key, str) else key.get_secret_value() for key in keys]
        self._fernet = MultiFernet([Fernet(key) for key in plain]) if plain else None

    @property
    def encrypts(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    def encrypt(self, content: str) -> str:
        """Return the content as it is kept."""
        return self._fernet.encrypt(content.encode()).decode() if self._fernet else content

    def decrypt(self, snapshot_id: str, content: str) -> str:
        """Return what was encrypted; raises RecordsError if none of the keys fits."""
        try:
            if self._fernet:
                return self._fernet.decrypt(content.encode()).decode()
        except InvalidToken as error:
            raise RecordsError(f"no snapshot key decrypts {snapshot_id}") from error
        raise RecordsError(f"{snapshot_id} is encrypted, and no snapshot key is set")


def put(connection: Connection, cipher: Cipher, info: SnapshotInfo, settings_json: str) -> None:
    """Keep a snapshot; the first one of an id wins, a later one would hold our own change.

    One that was put back before is needed again.
    """
    row = info.model_dump()
    row["content"] = cipher.encrypt(settings_json)
    insert_missing(connection, SnapshotRow, [row])
    settle(connection, info.snapshot_id, None)


def settle(connection: Connection, snapshot_id: str, at: datetime | None) -> None:
    """Note when a snapshot was put back; from then on nothing needs it."""
    statement = update(SnapshotRow).where(SnapshotRow.snapshot_id == snapshot_id)
    connection.execute(statement.values(settled_at=at))


def get(connection: Connection, cipher: Cipher, snapshot_id: str) -> Snapshot | None:
    """Return a snapshot with what it holds; raises RecordsError if no key decrypts it."""
    statement = select(*_INFO, SnapshotRow.content).where(SnapshotRow.snapshot_id == snapshot_id)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    content: str = row["content"]
    settings = cipher.decrypt(snapshot_id, content) if row["encrypted"] else content
    return Snapshot.model_validate({**row, "settings_json": settings})


def of(connection: Connection, incident_id: str) -> list[SnapshotInfo]:
    """List what an incident took snapshots of, oldest first."""
    statement = (
        select(*_INFO)
        .where(SnapshotRow.incident_id == incident_id)
        .order_by(SnapshotRow.taken_at, SnapshotRow.snapshot_id)
    )
    rows = connection.execute(statement).mappings()
    return [SnapshotInfo.model_validate(dict(row)) for row in rows]


def found(
    connection: Connection, *, resource: str, incident_id: str, limit: int
) -> list[SnapshotInfo]:
    """List what was taken before a change, newest first; what steps put aside is left out."""
    statement = select(*_INFO).where(SnapshotRow.snapshot_id.startswith("snapshot-"))
    if resource:
        statement = statement.where(SnapshotRow.resource == resource)
    if incident_id:
        statement = statement.where(SnapshotRow.incident_id == incident_id)
    newest = statement.order_by(SnapshotRow.taken_at.desc(), SnapshotRow.snapshot_id)
    rows = connection.execute(newest.limit(limit)).mappings()
    return [SnapshotInfo.model_validate(dict(row)) for row in rows]


def earliest(
    connection: Connection, *, workspace: str, resource: str, since: datetime, not_by: str
) -> str:
    """Return the id of what an incident other than `not_by` was first to begin with since then."""
    statement = (
        select(SnapshotRow.snapshot_id)
        .where(SnapshotRow.workspace == workspace, SnapshotRow.resource == resource)
        .where(SnapshotRow.taken_at >= since, SnapshotRow.incident_id != not_by)
        .where(SnapshotRow.snapshot_id.startswith("step-"))
        .order_by(SnapshotRow.taken_at, SnapshotRow.snapshot_id)
        .limit(1)
    )
    return connection.scalar(statement) or ""


_INFO = (
    SnapshotRow.snapshot_id,
    SnapshotRow.workspace,
    SnapshotRow.resource,
    SnapshotRow.incident_id,
    SnapshotRow.settings_hash,
    SnapshotRow.encrypted,
    SnapshotRow.taken_at,
    SnapshotRow.settled_at,
)
