"""What is old and needed by nothing goes, in batches; whatever may still be needed stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from lakemend.audit import AuditEntry
from lakemend.budget import Attempt, Budgets
from lakemend.errors import RecordsError
from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView, Outcome
from lakemend.recording import AuditInput, GoodSettings, RecordInput
from lakemend.retention import Cutoffs, Prunable, Retention, cutoffs
from records import Records
from records.engine import open_engine, records_errors

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=400)
"""By then everything that is written now is old."""

RETENTION = Retention()
SNAPSHOT = "snapshot-1"

MakeView = Callable[..., IncidentView]


def old(now: datetime = LATER) -> Cutoffs:
    return cutoffs(RETENTION, now)


def gone(records: Records, *kinds: Prunable, now: datetime = LATER) -> list[int]:
    """Count each kind, remove it, and see to it that both are the same."""
    counted = [records.count_prunable(kind, old(now)) for kind in kinds]
    removed = [records.prune(kind, old(now), 100) for kind in kinds]
    assert removed == counted
    return removed


def keep(records: Records, snapshot_id: str = SNAPSHOT, **changes: Any) -> None:
    """Put the settings of a resource aside, as a step of run 1's incident would."""
    fields: dict[str, Any] = {
        "workspace": "default",
        "resource": "job-7",
        "incident_id": "incident:default:run-1",
        "settings_json": "{}",
        "settings_hash": "abc",
    }
    records.put_snapshot(snapshot_id, **fields | changes)


def end(records: Records, make_view: MakeView, **changes: Any) -> None:
    fields: dict[str, Any] = {"outcome": Outcome.RECOVERED, "ended_at": NOW}
    records.record(RecordInput(view=make_view(**fields | changes), settled=("failure-1",)))


def test_a_snapshot_that_was_put_back_goes_with_all_that_steps_put_aside(
    records: Records, make_view: MakeView
) -> None:
    for each in (SNAPSHOT, "step-1", "target-1"):
        keep(records, each)
    end(records, make_view)
    records.settle_snapshot(SNAPSHOT)

    assert gone(records, Prunable.SNAPSHOTS, now=NOW + timedelta(days=29)) == [0]
    assert gone(records, Prunable.SNAPSHOTS) == [3]
    assert records.get_snapshot(SNAPSHOT) is None


def test_a_snapshot_that_was_not_put_back_is_never_removed(
    records: Records, make_view: MakeView
) -> None:
    keep(records)
    keep(records, "target-1")
    end(records, make_view)

    assert gone(records, Prunable.SNAPSHOTS) == [0]


def test_a_snapshot_of_an_open_incident_is_never_removed(
    records: Records, make_view: MakeView
) -> None:
    keep(records)
    records.settle_snapshot(SNAPSHOT)
    # no ticket yet: the incident may be about to write it
    assert gone(records, Prunable.SNAPSHOTS) == [0]

    end(records, make_view)
    records.record(RecordInput(view=make_view(workflow_run_id="second")))
    assert gone(records, Prunable.SNAPSHOTS) == [0]


def test_a_snapshot_taken_again_is_needed_again(records: Records, make_view: MakeView) -> None:
    keep(records)
    records.settle_snapshot(SNAPSHOT)
    keep(records)
    end(records, make_view)

    assert gone(records, Prunable.SNAPSHOTS) == [0]


def test_a_ticket_outlives_its_snapshots_and_a_failure_key_its_tickets(
    records: Records, make_view: MakeView
) -> None:
    keep(records)
    end(records, make_view)
    kinds = (Prunable.TICKETS, Prunable.FAILURE_KEYS)
    assert gone(records, *kinds) == [0, 0]

    records.settle_snapshot(SNAPSHOT)
    # what goes now is counted as gone before it is
    assert [records.count_prunable(kind, old()) for kind in kinds] == [1, 1]
    assert gone(records, Prunable.SNAPSHOTS, *kinds) == [1, 1, 1]
    assert records.get_incident("incident:default:run-1") is None
    assert records.claim_failure("failure-1", "incident:default:run-1", "third")


def test_a_ticket_in_progress_and_its_failure_stay(records: Records, make_view: MakeView) -> None:
    records.record(RecordInput(view=make_view()))
    records.claim_failure("failure-1", "incident:default:run-1", "first")

    assert gone(records, Prunable.TICKETS, Prunable.FAILURE_KEYS) == [0, 0]


def test_the_ticket_of_a_storm_goes_once_it_has_ended(records: Records) -> None:
    storms = (
        StormTicket(storm_id="over", workspace="w", cause="c", began_at=NOW, ended_at=NOW),
        StormTicket(storm_id="under way", workspace="w", cause="c", began_at=NOW),
    )
    records.append_with_storms(AuditInput(entries=(), storms=storms))

    assert gone(records, Prunable.STORMS) == [1]
    assert [each.storm_id for each in records.list_storms()] == ["under way"]


def test_the_place_of_an_incident_in_a_storm_goes_with_its_ticket(
    records: Records, make_view: MakeView
) -> None:
    records.record(RecordInput(view=make_view(storm="storm")))
    assert gone(records, Prunable.STORM_INCIDENTS) == [0]

    end(records, make_view, storm="storm")

    # what goes now is counted as gone before it is
    assert records.count_prunable(Prunable.STORM_INCIDENTS, old()) == 1
    assert gone(records, Prunable.TICKETS, Prunable.STORM_INCIDENTS) == [1, 1]


def test_old_audit_entries_go_and_young_ones_cannot(
    records: Records, make_entry: Callable[..., AuditEntry], url: str
) -> None:
    ages = {"old": timedelta(days=366), "young": timedelta(days=364)}
    records.append_audit([make_entry(name, at=NOW - age) for name, age in ages.items()])

    assert gone(records, Prunable.AUDIT_ENTRIES, now=NOW) == [1]

    entries = records.events_after(0)
    assert [entry.entry_id for _, entry in entries] == ["young"]
    engine = open_engine(url)
    with (
        pytest.raises(RecordsError, match="append-only"),
        records_errors(),
        engine.begin() as connection,
    ):
        connection.execute(text("DELETE FROM audit_entries"))
    engine.dispose()


def test_what_is_known_of_jobs_goes_too(records: Records) -> None:
    good = GoodSettings(
        workspace="default",
        resource="job-7",
        run_id="1",
        settings_hash="abc",
        recorded_at=NOW,
        settings_json="{}",
    )
    records.put_good_settings(good)
    attempt = Attempt(
        token="first/1",
        workspace="default",
        subject="job-7",
        incident_id="i",
        action="repair_run",
        starts_run=True,
    )
    records.reserve_attempt(attempt, Budgets())

    assert gone(records, Prunable.GOOD_SETTINGS, Prunable.ATTEMPTS, now=NOW) == [0, 0]
    assert gone(records, Prunable.GOOD_SETTINGS, Prunable.ATTEMPTS) == [1, 1]


def test_a_batch_is_no_larger_than_asked_for(
    records: Records, make_entry: Callable[..., AuditEntry]
) -> None:
    records.append_audit([make_entry(f"entry {number}") for number in range(5)])

    sizes = [records.prune(Prunable.AUDIT_ENTRIES, old(), 2) for _ in range(4)]

    assert sizes == [2, 2, 1, 0]
