from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from lakemend.audit import AuditEntry, TicketStatus
from lakemend.errors import RecordsError
from lakemend.incident import IncidentView, Outcome, Stage
from lakemend.recording import RecordInput
from records import Records, open_records
from records.engine import open_engine

MakeView = Callable[..., IncidentView]
MakeEntry = Callable[..., AuditEntry]


def test_one_call_saves_settles_and_appends(
    records: Records, make_view: MakeView, make_entry: MakeEntry
) -> None:
    view = make_view(outcome=Outcome.RECOVERED, stage=Stage.ENDED)
    request = RecordInput(view=view, audit=(make_entry("a"),), settled=("key",))

    number = records.record(request)
    again = records.record(request)

    assert (number, again) == ("LM-000001", "LM-000001")
    assert records.ticket_status(number) is TicketStatus.CLOSED
    assert len(records.audit_of(view.incident_id)) == 1
    assert not records.claim_failure("key", view.incident_id, "second")


def test_audit_alone_gives_no_ticket(records: Records, make_entry: MakeEntry) -> None:
    assert records.record(RecordInput(audit=(make_entry("a"),))) == ""
    assert records.latest_sequence() == 1


def test_all_is_kept_or_nothing(
    records: Records, make_view: MakeView, make_entry: MakeEntry, url: str
) -> None:
    view = make_view()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entries RENAME TO elsewhere"))
    engine.dispose()

    with pytest.raises(RecordsError):
        records.record(RecordInput(view=view, audit=(make_entry("a"),), settled=("key",)))

    assert records.get_incident(view.incident_id) is None
    assert records.claim_failure("key", view.incident_id, "second")


def test_failures_are_not_settled_without_an_incident() -> None:
    with pytest.raises(ValidationError, match="settled by the incident"):
        RecordInput(settled=("key",))


def test_ping_passes_once_the_database_is_migrated(records: Records) -> None:
    records.ping()


def test_ping_fails_before_the_migration(empty_url: str) -> None:
    records = open_records(empty_url)

    with pytest.raises(RecordsError, match="alembic_version"):
        records.ping()
    records.close()


def test_database_that_is_away_is_a_records_error() -> None:
    records = open_records("postgresql://nobody@127.0.0.1:1/nowhere")

    with pytest.raises(RecordsError, match="refused"):
        records.ping()
    records.close()


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "no url"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(RecordsError):
        open_records(url)


def test_folder_that_cannot_be_written_is_a_records_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(RecordsError, match="cannot write"):
        open_records(f"sqlite:///{tmp_path / 'file' / 'records.db'}")


def test_sqlite_file_is_private_and_survives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    open_records(f"sqlite:///{file}").close()

    assert file.stat().st_mode & 0o077 == 0


def test_values_do_not_show_in_errors(url: str) -> None:
    records = open_records(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE snapshots"))
    engine.dispose()

    with pytest.raises(RecordsError) as caught:
        records.put_snapshot(
            "s1",
            workspace="default",
            resource="job-7",
            incident_id="i",
            settings_json="hunter2",
            settings_hash="abc",
        )
    records.close()

    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"
