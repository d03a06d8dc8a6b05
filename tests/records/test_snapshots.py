from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from lakemend.errors import RecordsError
from records import Records, open_records
from records.engine import open_engine
from records.tables import SnapshotRow

SETTINGS = '{"spark_conf":{"password":"hunter2"}}'


def put(records: Records, snapshot_id: str = "s1", settings_json: str = SETTINGS) -> None:
    records.put_snapshot(
        snapshot_id,
        workspace="default",
        resource="job-7",
        incident_id="incident:default:run-1",
        settings_json=settings_json,
        settings_hash="abc",
    )


def content_of(url: str, snapshot_id: str) -> str:
    engine = open_engine(url)
    with engine.begin() as connection:
        statement = select(SnapshotRow.content).where(SnapshotRow.snapshot_id == snapshot_id)
        content = connection.scalar(statement)
    engine.dispose()
    assert content is not None
    return content


def test_snapshot_reads_back(records: Records) -> None:
    put(records)

    found = records.get_snapshot("s1")

    assert found is not None
    assert found.settings_json == SETTINGS
    assert (found.resource, found.settings_hash, found.encrypted) == ("job-7", "abc", False)
    assert found.taken_at.tzinfo is not None


def test_unknown_snapshot_is_none(records: Records) -> None:
    assert records.get_snapshot("s1") is None


def test_first_snapshot_of_an_id_wins(records: Records) -> None:
    put(records)
    put(records, settings_json="{}")

    found = records.get_snapshot("s1")
    assert found is not None
    assert found.settings_json == SETTINGS


def test_snapshots_of_an_incident_are_listed_without_content(records: Records) -> None:
    put(records, "s1")
    put(records, "s2")

    listed = records.list_snapshots("incident:default:run-1")

    assert [info.snapshot_id for info in listed] == ["s1", "s2"]
    assert "hunter2" not in repr(listed)


def test_settings_never_show_when_a_snapshot_is_printed(records: Records) -> None:
    put(records)

    assert "hunter2" not in repr(records.get_snapshot("s1"))


def test_snapshot_is_encrypted_at_rest_when_a_key_is_set(url: str) -> None:
    key = Fernet.generate_key().decode()
    records = open_records(url, [key])
    put(records)

    found = records.get_snapshot("s1")
    records.close()

    assert found is not None
    assert (found.settings_json, found.encrypted) == (SETTINGS, True)
    assert "hunter2" not in content_of(url, "s1")
    assert Fernet(key).decrypt(content_of(url, "s1")).decode() == SETTINGS


def test_keys_can_be_rotated(url: str, records: Records) -> None:
    put(records, "plain")
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with_old = open_records(url, [old])
    put(with_old, "old")
    with_old.close()

    rotated = open_records(url, [new, old])
    put(rotated, "new")
    found = [rotated.get_snapshot(name) for name in ("plain", "old", "new")]
    rotated.close()

    assert [snapshot and snapshot.settings_json for snapshot in found] == [SETTINGS] * 3
    assert Fernet(new).decrypt(content_of(url, "new")).decode() == SETTINGS


@pytest.mark.parametrize("keys", [[], [Fernet.generate_key().decode()]], ids=["none", "another"])
def test_lost_key_is_named_as_the_reason(url: str, keys: list[str]) -> None:
    records = open_records(url, [Fernet.generate_key().decode()])
    put(records)
    records.close()

    without = open_records(url, keys)
    with pytest.raises(RecordsError, match="key"):
        without.get_snapshot("s1")
    without.close()


def test_what_another_incident_began_with_first_is_found(records: Records) -> None:
    before = datetime.now(UTC)
    for number, incident in enumerate(["one", "two", "two"]):
        records.put_snapshot(
            f"step-{number}",
            workspace="default",
            resource="job-7",
            incident_id=incident,
            settings_json=f'{{"num_workers": {number}}}',
            settings_hash=str(number),
        )
    put(records, "snapshot-of-nobody")
    after = datetime.now(UTC)

    def found(since: datetime = before, **other: str) -> str:
        about = {"workspace": "default", "resource": "job-7", "not_by": "one", **other}
        snapshot = records.begun_with(since=since, **about)
        return snapshot.snapshot_id if snapshot else ""

    assert (found(), found(not_by="two")) == ("step-1", "step-0")
    assert (found(after), found(workspace="other"), found(resource="job-8")) == ("", "", "")
