"""A backtest: what would have been done about failures of the past, and what people did."""

from collections.abc import Callable, Iterable
from datetime import datetime

from lakemend.evidence import FAILED_RESULTS, Evidence, Unread
from lakemend.model import Model


class PastFailure(Model):
    """One failed run. `repaired_to` is the result of its last repair, empty if it had none."""

    run_id: str
    job_id: str = ""
    job_name: str = ""
    failed_at: datetime | None = None
    cause: str
    confidence: float = 0
    consent: str
    reason: str = ""
    actions: tuple[str, ...] = ()
    repairs: int = 0
    repaired_to: str = ""

    @property
    def would_act(self) -> bool:
        """Whether something would have been done."""
        return self.consent == "act"

    @property
    def repair_helped(self) -> bool:
        """Whether a repair by hand made the run succeed in the end."""
        return self.repaired_to.startswith("SUCCESS")

    @property
    def repair_failed(self) -> bool:
        """Whether the run was repaired by hand and failed again."""
        return self.repaired_to in FAILED_RESULTS


class Backtest(Model):
    """All failures that were read. `unreadable` is like `run 5: forbidden`."""

    workspace: str
    since: datetime
    until: datetime
    runs_listed: int
    complete: bool = True
    failures: tuple[PastFailure, ...] = ()
    unreadable: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


class Tally(Model):
    """Counts of a group of failures."""

    name: str
    failures: int
    would_act: int
    left_alone: int
    repaired_by_hand: int
    repairs_that_helped: int
    agreed: int
    """Failures where acting fits: it would act, and the repair by hand helped."""
    in_vain: int
    """Failures where acting may harm: it would act, and the repair by hand failed again."""


def tally(name: str, failures: Iterable[PastFailure]) -> Tally:
    """Count one group."""
    group = list(failures)
    acting = [each for each in group if each.would_act]
    return Tally(
        name=name,
        failures=len(group),
        would_act=len(acting),
        left_alone=len(group) - len(acting),
        repaired_by_hand=sum(each.repairs > 0 for each in group),
        repairs_that_helped=sum(each.repair_helped for each in group),
        agreed=sum(each.repair_helped for each in acting),
        in_vain=sum(each.repair_failed for each in acting),
    )


def by_cause(backtest: Backtest) -> list[Tally]:
    """Count by cause, the most frequent first."""
    return _grouped(backtest, lambda each: each.cause)


def by_job(backtest: Backtest) -> list[Tally]:
    """Count by job, the one that fails most first."""
    return _grouped(backtest, lambda each: each.job_name or each.job_id or each.run_id)


def total(backtest: Backtest) -> Tally:
    """Count all."""
    return tally("all", backtest.failures)


def as_it_was(evidence: Evidence) -> Evidence:
    """Forget what came after the failure: a decision could not have known it."""
    ended = evidence.run.ended_at
    if ended is None:
        return evidence
    known = [each for each in evidence.recent_runs if each.ended_at and each.ended_at < ended]
    return evidence.model_copy(update={"recent_runs": tuple(known)})


def _grouped(backtest: Backtest, name: Callable[[PastFailure], str]) -> list[Tally]:
    groups: dict[str, list[PastFailure]] = {}
    for each in backtest.failures:
        groups.setdefault(name(each), []).append(each)
    counted = [tally(*group) for group in groups.items()]
    return sorted(counted, key=lambda each: (-each.failures, each.name))
