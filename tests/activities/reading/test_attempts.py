"""What reading piece by piece takes for a piece that cannot be read, and what not."""

import pytest
from temporalio.exceptions import CancelledError

from activities.reading.attempts import Attempts
from activities.workspace.errors import translated


def stopped(*_: object) -> None:
    """Be interrupted as the SDK interrupts the thread of an activity: anywhere."""
    raise CancelledError("the worker shuts down")


def test_a_malformed_answer_is_one_piece_less():
    attempts = Attempts(patient=False)
    answer: dict[str, str] = {}

    assert attempts.read("the run", lambda: answer["state"]) is None
    assert [unread.what for unread in attempts.unread] == ["the run"]


@pytest.mark.parametrize("patient", [True, False])
def test_being_stopped_is_no_malformed_answer(*, patient: bool):
    attempts = Attempts(patient=patient)

    with pytest.raises(CancelledError):
        attempts.read("the run", stopped)
    with pytest.raises(CancelledError):
        attempts.each("the tasks", [1], stopped)

    assert attempts.unread == []


def test_being_stopped_during_a_call_is_no_lost_call():
    with pytest.raises(CancelledError), translated("GET /api/2.2/jobs/runs/get", "token"):
        stopped()
