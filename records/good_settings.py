"""The settings that a resource had when a run last succeeded with it, one row per resource."""

from sqlalchemy import Connection, delete, exists, select

from lakemend.recording import GoodSettings
from records.insert import insert_missing
from records.snapshots import Cipher
from records.tables import GoodSettingsRow, SnapshotRow, TicketRow


def put(connection: Connection, cipher: Cipher, good: GoodSettings) -> None:
    """Replace what was known of the resource."""
    row = good.model_dump(exclude={"settings_json"})
    row["encrypted"] = cipher.encrypts
    row["content"] = cipher.encrypt(good.settings_json)
    same = (
        GoodSettingsRow.workspace == good.workspace,
        GoodSettingsRow.resource == good.resource,
    )
    connection.execute(delete(GoodSettingsRow).where(*same))
    insert_missing(connection, GoodSettingsRow, [row])


def get(
    connection: Connection, cipher: Cipher, workspace: str, resource: str
) -> GoodSettings | None:
    """Return what is known; raises RecordsError if no key decrypts it."""
    statement = select(*GoodSettingsRow.__table__.columns).where(
        GoodSettingsRow.workspace == workspace, GoodSettingsRow.resource == resource
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    content: str = row["content"]
    named = f"good settings of {resource}"
    settings = cipher.decrypt(named, content) if row["encrypted"] else content
    known = {name: row[name] for name in GoodSettings.model_fields if name in row}
    return GoodSettings.model_validate({**known, "settings_json": settings})


def is_changed_by_us(
    connection: Connection, workspace: str, resource: str, settings_hash: str
) -> bool:
    """Whether an incident that has not ended made the settings what they are now."""
    statement = select(
        exists().where(
            SnapshotRow.workspace == workspace,
            SnapshotRow.resource == resource,
            SnapshotRow.settings_hash == settings_hash,
            SnapshotRow.snapshot_id.startswith("target-"),
            SnapshotRow.incident_id == TicketRow.incident_id,
            TicketRow.ended_at.is_(None),
        )
    )
    return bool(connection.scalar(statement))
