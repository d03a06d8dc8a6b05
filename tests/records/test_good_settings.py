from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet

from lakemend.recording import GoodSettings
from records import Records, open_records

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def good(settings_json: str = '{"a": 1}', **fields: Any) -> GoodSettings:
    defaults: dict[str, Any] = {
        "workspace": "default",
        "resource": "job-1",
        "run_id": "11",
        "settings_hash": "h1",
        "recorded_at": NOON,
    }
    return GoodSettings(**(defaults | fields), settings_json=settings_json)


def test_what_was_kept_comes_back(records: Records) -> None:
    records.put_good_settings(good())

    assert records.get_good_settings("default", "job-1") == good()


def test_the_newest_takes_the_place_of_the_one_before(records: Records) -> None:
    records.put_good_settings(good())
    records.put_good_settings(good('{"a": 2}', settings_hash="h2"))

    kept = records.get_good_settings("default", "job-1")
    assert kept is not None
    assert (kept.settings_hash, kept.settings_json) == ("h2", '{"a": 2}')


def test_resources_and_workspaces_are_told_apart(records: Records) -> None:
    records.put_good_settings(good())

    assert records.get_good_settings("default", "job-2") is None
    assert records.get_good_settings("other", "job-1") is None


def test_content_is_encrypted_when_there_is_a_key(url: str) -> None:
    keyed = open_records(url, [Fernet.generate_key().decode()])
    keyed.put_good_settings(good())

    kept = keyed.get_good_settings("default", "job-1")

    assert kept is not None
    assert kept.settings_json == '{"a": 1}'
    keyed.close()


def test_settings_that_an_open_incident_made_are_ours(
    records: Records, make_view: Callable[..., Any]
) -> None:
    records.put_snapshot(
        "target-1",
        workspace="default",
        resource="job-1",
        incident_id="incident:default:run-1",
        settings_json="{}",
        settings_hash="ours",
    )
    records.save_incident(make_view(incident_id="incident:default:run-1"))

    assert records.is_changed_by_us("default", "job-1", "ours")
    assert not records.is_changed_by_us("default", "job-1", "theirs")

    records.save_incident(make_view(incident_id="incident:default:run-1", ended_at=NOON))

    assert not records.is_changed_by_us("default", "job-1", "ours")
