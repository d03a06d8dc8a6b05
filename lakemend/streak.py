"""Since when a job fails: the runs in a row that have not succeeded, up to the one at hand."""

from datetime import UTC, datetime
from itertools import takewhile

from lakemend.evidence import Evidence, RecentRun
from lakemend.instants import in_utc
from lakemend.model import Model


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
    earlier = sorted(_before(evidence, in_utc(ended)), key=_end, reverse=True)
    failed = list(takewhile(lambda run: not run.succeeded, earlier))
    good = earlier[len(failed)] if len(failed) < len(earlier) else None
    return Streak(
        runs=len(failed) + 1,
        since=_end(failed[-1]) if failed else in_utc(ended),
        last_success=_end(good) if good else None,
    )


def _before(evidence: Evidence, ended: datetime) -> list[RecentRun]:
    return [run for run in evidence.judged_runs if run.ended_at and in_utc(run.ended_at) <= ended]


def _end(run: RecentRun) -> datetime:
    return in_utc(run.ended_at) if run.ended_at else datetime.max.replace(tzinfo=UTC)
