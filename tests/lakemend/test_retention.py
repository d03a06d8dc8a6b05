from datetime import UTC, datetime, timedelta

import pytest

from lakemend.errors import SettingsError
from lakemend.retention import Retention, cutoffs, in_words
from lakemend.settings import Settings, load_settings


def test_each_kind_has_its_cutoff() -> None:
    now = datetime(2026, 5, 31, tzinfo=UTC)

    before = cutoffs(Retention(snapshots=timedelta(days=30)), now)

    assert before.snapshots == datetime(2026, 5, 1, tzinfo=UTC)
    assert before.tickets == datetime(2025, 5, 31, tzinfo=UTC)
    assert before.counts == datetime(2026, 5, 24, tzinfo=UTC)


def test_what_was_removed_is_said_without_what_was_none() -> None:
    removed = {"tickets": 3, "audit_entries": 12, "lessons": 0}

    assert in_words(removed) == "3 tickets, 12 audit entries"


def test_settings_say_how_long() -> None:
    settings = load_settings(env_file=None, environ={"LAKEMEND_KEEP_TICKETS": "90d"})

    assert settings.retention.tickets == timedelta(days=90)
    assert Settings().retention == Retention()


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("LAKEMEND_KEEP_SNAPSHOTS", "1h", "1d or longer"),
        ("LAKEMEND_KEEP_AUDIT", "29d", "30d or longer"),
    ],
)
def test_what_is_too_short_is_refused_by_name(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable}.*{allowed}"):
        load_settings(env_file=None, environ={variable: value})
