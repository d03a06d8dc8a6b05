"""Since when a job fails: the runs in a row that have not succeeded, up to the one at hand."""

from datetime import UTC, datetime
from itertools import takewhile

from lakemend.evidence import Evidence, RecentRun
from lakemend.model import Model

_SAYS_NOTHING = {"", "CANCELED"}


class Streak(Model):
    """`runs` failures in a row, this one included; nothing is known of what came before them.

    Without `last_success` none of the runs that were read succeeded: it may have begun earlier.
    """

    runs: int = 1
    since: datetime | None = None
    last_success: datetime | None = None


def streak_of(evidence: Evidence) -> Streak:
    """Count back from the run to the last success before it."""
    ended = evidence.run.ended_at
    if ended is None:
        return Streak()
    earlier = sorted(_before(evidence, _aware(ended)), key=_end, reverse=True)
    failed = list(takewhile(lambda run: not _succeeded(run), earlier))
    good = earlier[len(failed)] if len(failed) < len(earlier) else None
    return Streak(
        runs=len(failed) + 1,
        since=_end(failed[-1]) if failed else _aware(ended),
        last_success=_end(good) if good else None,
    )


def _before(evidence: Evidence, ended: datetime) -> list[RecentRun]:
    return [
        run
        for run in evidence.recent_runs
        if run.run_id != evidence.run.run_id
        and run.result_state not in _SAYS_NOTHING
        and run.ended_at
        and _aware(run.ended_at) <= ended
    ]


def _succeeded(run: RecentRun) -> bool:
    return run.result_state.startswith("SUCCESS")


def _end(run: RecentRun) -> datetime:
    return _aware(run.ended_at) if run.ended_at else datetime.max.replace(tzinfo=UTC)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
