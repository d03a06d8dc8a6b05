from datetime import UTC, datetime

from lakemend.gate.state import Place
from lakemend.letter import size
from lakemend.turning_away import shortened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place(holder="incident:default:run-1", cause="network", since=NOON, until=NOON)
QUEUE = {f"r{number}": PLACE for number in range(5)}


def test_the_last_of_a_queue_are_left_out_until_the_rest_fits() -> None:
    assert list(shortened(QUEUE, size(PLACE))) == ["r0", "r1", "r2", "r3"]
    assert list(shortened(QUEUE, 2 * size(PLACE) + 5)) == ["r0", "r1"]


def test_a_queue_that_fits_keeps_everybody() -> None:
    assert shortened(QUEUE, 0) == QUEUE


def test_no_more_than_all_are_left_out() -> None:
    assert shortened(QUEUE, 10**9) == {}
