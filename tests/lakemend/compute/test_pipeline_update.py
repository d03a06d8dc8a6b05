from datetime import UTC, datetime, timedelta

import pytest

from lakemend.compute.cluster_health import Health
from lakemend.compute.pipeline_update import UpdateMove, update_health, update_move
from lakemend.evidence import UpdateFacts

FAILED_AT = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE, AFTER = FAILED_AT - timedelta(minutes=5), FAILED_AT + timedelta(minutes=5)


def update(update_id: str, state: str, created_at: datetime = BEFORE) -> UpdateFacts:
    return UpdateFacts(update_id=update_id, state=state, created_at=created_at)


@pytest.mark.parametrize(
    ("newest", "began_with", "retried", "move"),
    [
        (None, "", False, UpdateMove.START),
        (update("1", "FAILED"), "1", False, UpdateMove.START),
        (update("1", "FAILED"), "1", True, UpdateMove.WAIT),
        (update("2", "RUNNING", AFTER), "1", False, UpdateMove.WAIT),
        (update("2", "COMPLETED", AFTER), "1", False, UpdateMove.DONE),
        (update("2", "COMPLETED", AFTER), "2", False, UpdateMove.DONE),
        (update("1", "COMPLETED"), "1", False, UpdateMove.START),
        (update("2", "FAILED", AFTER), "1", False, UpdateMove.FAILED),
        (update("2", "CANCELED", AFTER), "1", False, UpdateMove.STEP_ASIDE),
        (update("1", "CANCELED"), "1", False, UpdateMove.START),
    ],
)
def test_move_by_the_newest_update(
    newest: UpdateFacts | None, began_with: str, retried: object, move: UpdateMove
) -> None:
    decided = update_move(newest, FAILED_AT, began_with=began_with, will_be_retried=retried is True)

    assert decided is move


@pytest.mark.parametrize(
    ("state", "health"),
    [("COMPLETED", Health.WELL), ("FAILED", Health.UNWELL), ("RUNNING", Health.UNDECIDED)],
)
def test_health_is_that_of_the_newest_update(state: str, health: Health) -> None:
    assert update_health(update("1", state)) is health


def test_pipeline_without_an_update_shows_no_health() -> None:
    assert update_health(None) is Health.UNWELL
