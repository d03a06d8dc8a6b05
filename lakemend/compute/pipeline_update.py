"""Whether a pipeline needs an update from us, told by its updates."""

from datetime import datetime
from enum import StrEnum

from lakemend.compute.cluster_health import Health
from lakemend.evidence import UpdateFacts

_OVER = frozenset({"COMPLETED", "FAILED", "CANCELED"})


class UpdateMove(StrEnum):
    """The next thing to do."""

    START = "start"
    WAIT = "wait"
    DONE = "done"
    STEP_ASIDE = "step_aside"
    FAILED = "failed"


def update_move(
    newest: UpdateFacts | None, failed_at: datetime, *, began_with: str, will_be_retried: bool
) -> UpdateMove:
    """Decide by the newest update; `began_with` is the one that the step found when it began.

    An update that is newer than that is ours, or does our work: at most one is active at a time.
    While the platform retries by itself (cause RETRY_ON_FAILURE, or a failure that it calls not
    fatal) nothing is started (databricks-sdk: pipelines.StartUpdateCause, ErrorDetail.fatal).
    """
    if newest is None:
        return UpdateMove.START
    if newest.state not in _OVER:
        return UpdateMove.WAIT
    later = newest.created_at is not None and newest.created_at > failed_at
    newer = later or newest.update_id != began_with
    if newer and newest.state == "COMPLETED":
        return UpdateMove.DONE
    if newer and newest.state == "CANCELED":
        return UpdateMove.STEP_ASIDE
    if will_be_retried:
        return UpdateMove.WAIT
    return UpdateMove.FAILED if newest.update_id != began_with else UpdateMove.START


def update_health(newest: UpdateFacts | None) -> Health:
    """A pipeline is well when its newest update completed; without one nothing shows that."""
    if newest is not None and newest.state not in _OVER:
        return Health.UNDECIDED
    return Health.WELL if newest and newest.state == "COMPLETED" else Health.UNWELL
