"""What a reader returns can be kept: of known length, encodable, and without secrets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.reading.job import job_facts
from activities.reading.run import run_facts, task_facts
from activities.reading.values import NAME_LIMIT, moment, name, text, texts, word
from lakemend.redaction import HIDDEN


@pytest.mark.parametrize("read", [text, name, word])
def test_half_a_surrogate_pair_is_replaced(read: Any) -> None:
    assert read("bad \ud800 text") == "bad ? text"


@pytest.mark.parametrize("read", [name, word])
def test_names_are_bounded(read: Any) -> None:
    assert len(read("n" * 500_000)) <= NAME_LIMIT


@pytest.mark.parametrize("value", [{"a": 1}, 123, ["a"], True])
def test_text_may_be_of_any_kind(value: Any) -> None:
    assert text(value) == str(value)


def test_value_under_a_telling_name_is_hidden_whole() -> None:
    given = {"password": "a b", "team": "etl", "empty token": "", "dsn": "pwd=a b"}

    read = texts(given, 100, 10)

    assert read["password"] == HIDDEN
    assert (read["team"], read["empty token"]) == ("etl", "")
    assert read["dsn"].startswith(f"pwd={HIDDEN}")


def test_only_so_many_texts_are_kept() -> None:
    assert len(texts({str(number): "x" for number in range(99)}, 10, 5)) == 5


AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (1772366400000, AT),
        ("1772366400000", AT),
        ("2026-03-01T12:00:00Z", AT),
        ("2026-03-01T12:00:00", AT),
        (0, None),
        (None, None),
        ("", None),
        ("soon", None),
        (1e20, None),
        (-5, None),
        (float("nan"), None),
    ],
)
def test_moment_is_read_as_it_may_be_written(value: Any, at: datetime | None) -> None:
    assert moment(value) == at


def test_facts_of_a_run_can_be_kept_whatever_its_names_are() -> None:
    odd = "\ud800 password=hunter2 " + "x" * 500_000
    raw = {"run_id": 5, "run_name": odd, "creator_user_name": odd, "trigger": odd}
    task = {"task_key": odd, "state": {"result_state": "FAILED", "state_message": odd}}
    settings = {"name": odd, "tags": {odd: odd}}

    facts = (run_facts(raw), task_facts(task), job_facts({"job_id": 1, "settings": settings}))

    for each in facts:
        assert len(each.model_dump_json()) < 5000
    assert "hunter2" not in facts[0].run_name + facts[2].name + str(facts[2].tags)
