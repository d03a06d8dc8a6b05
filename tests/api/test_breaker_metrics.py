from datetime import UTC, datetime, timedelta

from prometheus_client.parser import text_string_to_metric_families

from api.breaker_metrics import exposition
from api.breaker_schemas import Breaker
from api.gate_schemas import Gate

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
NAME = "DatabricksNetworkError:job-"


def samples(*breakers: Breaker) -> dict[tuple[str, str], float]:
    """Each sample by metric and state."""
    text = exposition(breakers, [], NOW).decode()
    return {
        (sample.name, sample.labels.get("state", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_each_state_is_a_gauge_of_how_many_breakers_are_in_it() -> None:
    found = samples(
        Breaker(name=f"{NAME}1", state="open"),
        Breaker(name=f"{NAME}2", state="open"),
        Breaker(name=f"{NAME}3", state="closed"),
    )

    states = {state: value for (_, state), value in found.items() if state}
    assert states == {
        "closed": 1,
        "open": 2,
        "half_open": 0,
        "forced_open": 0,
        "disabled": 0,
        "metrics_only": 0,
    }


def test_the_queues_are_summed_and_the_oldest_wait_is_the_longest() -> None:
    found = samples(
        Breaker(
            name=f"{NAME}1", state="open", waiting=2, oldest_wait_since=NOW - timedelta(minutes=5)
        ),
        Breaker(
            name=f"{NAME}2", state="open", waiting=1, oldest_wait_since=NOW - timedelta(minutes=9)
        ),
        Breaker(name=f"{NAME}3", state="open", note="no worker answered"),
    )

    assert found["lakemend_breaker_parked", ""] == 3
    assert found["lakemend_breaker_oldest_wait_seconds", ""] == 540


def test_no_id_of_a_job_is_shown() -> None:
    assert b"job-1" not in exposition([Breaker(name=f"{NAME}1", state="open")], [], NOW)


def test_the_queue_of_a_gate_is_told_from_those_of_breakers() -> None:
    breaker = Breaker(name=f"{NAME}1", state="open", waiting=2)
    gate = Gate(workspace="default", waiting=3, oldest_wait_since=NOW - timedelta(hours=2))

    text = exposition([breaker], [gate], NOW).decode()

    found = {
        (sample.name, sample.labels["scope"]): (sample.labels["error_type"], sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["lakemend_breaker_parked", "gate"] == ("", 3)
    assert found["lakemend_breaker_parked", "job"] == ("DatabricksNetworkError", 2)
    assert found["lakemend_breaker_oldest_wait_seconds", "gate"] == ("", 7200)
    assert ("lakemend_breaker_state", "gate") not in found
