"""A person may prune the records, and look first at what would go."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lakemend.audit import AuditEntry
from records import Records, migrate, open_records


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    return url


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    records = open_records(url)
    yield records
    records.close()


def test_prune_removes_what_its_dry_run_has_counted(
    lakemend: Callable[..., Any], records: Records, url: str
) -> None:
    old = datetime.now(UTC) - timedelta(days=400)
    names = ["a", "b"]
    records.append_audit(
        [AuditEntry(entry_id=each, at=old, subject="s", kind="k", message="m") for each in names]
    )
    where = {"LAKEMEND_DATABASE_URL": url}

    looked = lakemend("records", "prune", "--dry-run", **where)
    assert "audit entries" in looked.out
    assert len(records.events_after(0)) == 2
    removed = lakemend("records", "prune", "--by", "ada", **where)
    again = lakemend("records", "prune", "--dry-run", **where)

    assert "audit entries" in removed.out
    assert "2" in removed.out
    assert "Nothing is kept longer" in again.out
    ((_, entry),) = records.events_after(0)
    assert (entry.kind, entry.actor) == ("records.pruned", "ada")
