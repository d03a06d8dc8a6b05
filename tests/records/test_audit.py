from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from lakemend.audit import AuditEntry
from lakemend.errors import RecordsError
from records import Records
from records.audit import append
from records.engine import open_engine, records_errors

MakeEntry = Callable[..., AuditEntry]


def test_entries_of_a_subject_come_oldest_first(records: Records, make_entry: MakeEntry) -> None:
    entries = [make_entry("a", data={"calls": [1, "\x00"]}, reason="because"), make_entry("b")]
    records.append_audit(entries)
    records.append_audit([make_entry("c", subject="breaker:x")])

    assert records.audit_of("incident:default:run-1") == entries


def test_entry_written_twice_is_kept_once(records: Records, make_entry: MakeEntry) -> None:
    records.append_audit([make_entry("a")])
    records.append_audit([make_entry("a", message="another"), make_entry("b"), make_entry("b")])

    messages = [entry.message for entry in records.audit_of("incident:default:run-1")]
    assert messages == ["message of a", "message of b"]


def test_stream_resumes_after_what_was_seen(records: Records, make_entry: MakeEntry) -> None:
    assert records.latest_sequence() == 0
    records.append_audit([make_entry(name) for name in "abcde"])

    first = records.events_after(0, limit=2)
    rest = records.events_after(first[-1][0])

    assert [entry.entry_id for _, entry in (*first, *rest)] == list("abcde")
    assert records.latest_sequence() == rest[-1][0]
    assert records.events_after(10**30) == []


@pytest.mark.parametrize(
    "change", ["DELETE FROM audit_entries", "UPDATE audit_entries SET actor = 'nobody'"]
)
def test_audit_trail_cannot_be_rewritten(
    records: Records, make_entry: MakeEntry, url: str, change: str
) -> None:
    records.append_audit([make_entry("a")])
    engine = open_engine(url)

    with (
        pytest.raises(RecordsError, match="append-only"),
        records_errors(),
        engine.begin() as connection,
    ):
        connection.execute(text(change))

    engine.dispose()
    assert [entry.actor for entry in records.audit_of("incident:default:run-1")] == ["lakemend"]


def test_later_entry_is_not_seen_before_an_earlier_one_that_is_still_uncommitted(
    records: Records, make_entry: MakeEntry, url: str
) -> None:
    engine = open_engine(url)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as slow:
            append(slow, [make_entry("slow")])
            fast = pool.submit(records.append_audit, [make_entry("fast")])
            with pytest.raises(TimeoutError):
                fast.result(timeout=0.3)
            seen_early = records.events_after(0)
        fast.result(timeout=60)
    engine.dispose()

    assert seen_early == []
    assert [entry.entry_id for _, entry in records.events_after(0)] == ["slow", "fast"]


def test_reader_skips_nothing_while_many_write(records: Records, make_entry: MakeEntry) -> None:
    written = Event()
    seen: list[str] = []

    def follow() -> None:
        last = 0
        while not (written.is_set() and last == records.latest_sequence()):
            for sequence, entry in records.events_after(last, limit=7):
                last = sequence
                seen.append(entry.entry_id)

    def write(writer: int) -> None:
        for number in range(10):
            records.append_audit([make_entry(f"{writer}-{number}-{part}") for part in "ab"])

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(follow)
        list(pool.map(write, range(4)))
        written.set()
        reader.result(timeout=60)

    assert len(seen) == len(set(seen)) == 80
