"""People see what was put aside, without its secrets, and may put it back."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from activities.workspace import Workspace
from cli.own_secrets import write_private
from lakemend.compute.raw_settings import settings_hash
from lakemend.incident import IncidentView
from lakemend.setting_types import WorkspaceConnection
from records import Records, migrate, open_records
from simulator.server import SimulatorProcess

SCENARIO = """
name: snapshots
jobs:
  orders:
    settings:
      timeout_seconds: 600
      tasks:
        - task_key: load
          notebook_task: {notebook_path: /load}
          new_cluster:
            node_type_id: m5.xlarge
            num_workers: 1
            spark_version: 15.4.x-scala2.12
            spark_env_vars: {ANYTHING: hunter2}
"""
ID = "snapshot-1"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(SCENARIO) as simulator:
        yield simulator


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    (tmp_path / "data").mkdir()
    url = f"sqlite:///{tmp_path / 'data' / 'records.db'}"
    migrate(url)
    records = open_records(url)
    yield records
    records.close()


@pytest.fixture
def snapshot(
    lakemend: Callable[..., Any], records: Records, simulator: SimulatorProcess, tmp_path: Path
) -> Callable[..., Any]:
    """Run `lakemend snapshot …` where one of the job as it is now was taken."""
    variables = {
        "LAKEMEND_DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'records.db'}",
        "DATABRICKS_HOST": simulator.address,
        "DATABRICKS_TOKEN": simulator.token,
    }
    settings = job_settings(simulator)
    for snapshot_id in (ID, "step-1", "target-1"):
        records.put_snapshot(
            snapshot_id,
            workspace="default",
            resource=f"job-{simulator.control.job_id('orders')}",
            incident_id="incident:default:run-1",
            settings_json=json.dumps(settings),
            settings_hash=settings_hash(settings),
        )
    return lambda *arguments: lakemend("snapshot", *arguments, **variables)


def job_settings(simulator: SimulatorProcess) -> dict[str, Any]:
    connection = WorkspaceConnection(host=simulator.address, token=SecretStr(simulator.token))
    job_id = str(simulator.control.job_id("orders"))
    settings: dict[str, Any] = Workspace(connection).get_job(job_id)["settings"]
    return settings


def test_list_names_what_was_taken_and_not_what_steps_put_aside(snapshot: Any) -> None:
    answer = snapshot("list", "-o", "json")

    assert [each["snapshot_id"] for each in json.loads(answer.out)] == [ID]
    assert ID in snapshot("list").out
    assert "No snapshot" in snapshot("list", "--resource", "job-0").out


def test_show_hides_secrets(snapshot: Any) -> None:
    answer = snapshot("show", ID)

    assert json.loads(answer.out)["timeout_seconds"] == 600
    assert "hunter2" not in answer.out


def test_unknown_snapshot_is_bad_input(snapshot: Any) -> None:
    answer = snapshot("show", "snapshot-9")

    assert (answer.code, "there is no such snapshot" in answer.err) == (2, True)


def test_diff_names_fields_and_no_values(snapshot: Any, simulator: SimulatorProcess) -> None:
    same = snapshot("diff", ID)
    simulator.control.edit_as_person("orders", {"timeout_seconds": 1234})

    changed = snapshot("diff", ID)

    assert "is as it was" in same.out
    assert "timeout_seconds" in changed.out
    assert "1234" not in changed.out
    simulator.control.edit_as_person("orders", {"timeout_seconds": 600})


def test_restore_puts_back_and_notes_who_ordered_it(
    snapshot: Any, simulator: SimulatorProcess, records: Records
) -> None:
    before = job_settings(simulator)
    simulator.control.edit_as_person("orders", {"timeout_seconds": 1234, "tags": {"a": "b"}})

    answer = snapshot("restore", ID, "--yes", "--by", "ada")

    assert answer.code == 0, answer.err
    assert job_settings(simulator) == before
    (entry,) = records.audit_of("incident:default:run-1")
    assert (entry.kind, entry.actor) == ("snapshot.restored", "ada")
    kept = records.get_snapshot(ID)
    assert kept is not None
    assert kept.settled_at is not None


def test_restore_of_what_did_not_change_does_nothing(snapshot: Any, records: Records) -> None:
    answer = snapshot("restore", ID, "--yes")

    assert (answer.code, "is as it was" in answer.out) == (0, True)
    assert records.audit_of("incident:default:run-1") == []
    # nothing is left to put back, so that it may go when its time is over
    kept = records.get_snapshot(ID)
    assert kept is not None
    assert kept.settled_at is not None


def test_accept_lets_a_change_stay_and_notes_who_said_so(
    snapshot: Any, simulator: SimulatorProcess, records: Records
) -> None:
    simulator.control.edit_as_person("orders", {"timeout_seconds": 1234})

    answer = snapshot("accept", ID, "--by", "ada")
    again = snapshot("accept", ID)

    assert answer.code == 0, answer.err
    assert job_settings(simulator)["timeout_seconds"] == 1234
    (entry,) = records.audit_of("incident:default:run-1")
    assert (entry.kind, entry.actor) == ("snapshot.accepted", "ada")
    kept = records.get_snapshot(ID)
    assert kept is not None
    assert kept.settled_at is not None
    assert "was settled before" in again.out
    simulator.control.edit_as_person("orders", {"timeout_seconds": 600})


def test_accept_waits_for_the_end_of_the_incident(snapshot: Any, records: Records) -> None:
    view = IncidentView(
        incident_id="incident:default:run-1", workspace="default", run_id="1", started_at=NOON
    )
    records.save_incident(view)

    answer = snapshot("accept", ID)

    assert (answer.code, "is still open" in answer.err) == (2, True)
    kept = records.get_snapshot(ID)
    assert kept is not None
    assert kept.settled_at is None


def test_key_that_up_made_reads_what_it_encrypted(
    lakemend: Callable[..., Any], tmp_path: Path
) -> None:
    key = Fernet.generate_key().decode()
    url = f"sqlite:///{tmp_path / 'data' / 'records.db'}"
    migrate(url)
    records = open_records(url, [key])
    records.put_snapshot(
        ID,
        workspace="default",
        resource="job-1",
        incident_id="incident:default:run-1",
        settings_json='{"timeout_seconds": 600}',
        settings_hash="h",
    )
    records.close()

    lost = lakemend("snapshot", "show", ID)
    write_private(tmp_path / "data" / "secrets.env", {"LAKEMEND_SNAPSHOT_KEY": key})
    found = lakemend("snapshot", "show", ID)

    assert (lost.code, "encrypted" in lost.err) == (1, True)
    assert json.loads(found.out) == {"timeout_seconds": 600}
