import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from lakemend.errors import RecordsError
from records import Records, migrate, open_records
from records.engine import open_engine
from records.schema import upgrade_within
from records.tables import Base

MIGRATE = "import sys; from records import migrate; migrate(sys.argv[1])"


def test_migrations_lead_to_the_tables_of_the_code(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []


def test_migrating_again_changes_nothing(url: str) -> None:
    migrate(url)

    records = open_records(url)
    records.ping()
    records.close()


def test_processes_may_migrate_at_the_same_time(empty_url: str) -> None:
    commands = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    errors = [command.communicate(timeout=90)[1].decode() for command in commands]

    assert [command.returncode for command in commands] == [0] * 2, errors
    records = open_records(empty_url)
    records.ping()
    records.close()


def test_migration_waits_for_one_that_is_under_way(empty_url: str) -> None:
    engine = open_engine(empty_url)

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            upgrade_within(connection)
            second = pool.submit(migrate, empty_url)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)
        second.result(timeout=60)

    engine.dispose()


def test_failed_migration_leaves_nothing_behind(empty_url: str) -> None:
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        Base.metadata.tables["handled_failures"].create(connection)

    with pytest.raises(RecordsError, match="handled_failures"):
        migrate(empty_url)

    assert inspect(engine).get_table_names() == ["handled_failures"]
    engine.dispose()


def test_schema_of_a_newer_version_is_told(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(RecordsError, match="newer version"):
        migrate(url)


def test_records_work_right_after_a_migration(records: Records) -> None:
    assert records.claim_failure("key", "incident:default:run-1", "first")


def test_a_new_file_that_another_process_writes_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    with ThreadPoolExecutor(1) as pool:
        migrated = pool.submit(migrate, f"sqlite:///{file}")
        with pytest.raises(TimeoutError):
            migrated.result(timeout=0.3)
        other.execute("COMMIT")
        migrated.result(timeout=60)

    other.close()
