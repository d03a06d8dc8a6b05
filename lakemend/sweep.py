"""A sweep: which failed runs no message has told of, and where the next sweep goes on.

The platform lists runs by their start, newest first, and has no list by their end (databricks-sdk:
JobsAPI.list_runs). So a sweep remembers which runs were under way: every run that ends between two
sweeps was under way at the first, or has begun since.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from lakemend.durations import Duration
from lakemend.evidence import RunFacts, RunPhase, run_phase
from lakemend.incident import IncidentView, Outcome
from lakemend.model import Model

SWEEP = "sweep"
"""The name of the workflow."""

OVERLAP = timedelta(minutes=2)
"""Starts of so long before the last look are read again: clocks differ, and lists may be late."""

LONGEST_RUN = timedelta(days=1)
"""A run that the first look finds ended, and not under way, began so long before at most."""

LONGEST_OUTAGE = timedelta(days=7)
"""What ended longer ago is history: repairing it would surprise more than help."""

MOST_WATCHED = 3000
"""As many ids as fit into a workflow's result many times over."""

MOST_STRETCHES = 4
MOST_NOTES = 20

# Their failure is their parent's or the platform's: the run whose task started it is repaired
# instead, and a continuous job is started again by itself (databricks-sdk: jobs.TriggerType).
_OTHERS_BUSINESS = frozenset({"RUN_JOB_TASK", "CONTINUOUS", "CONTINUOUS_RESTART"})
# The platform tries it again with other settings (databricks-sdk: jobs.TerminationCodeCode).
_RETRIED_BY_PLATFORM = "BREAKING_CHANGE"


class SweptJobs(StrEnum):
    """Of which jobs a sweep reports failed runs."""

    ALL = "all"
    HOOKED = "hooked"


class SweepTerms(Model):
    """The settings of sweeps; `every` of zero switches them off."""

    every: Duration = timedelta(minutes=5)
    look_back: Duration = timedelta(hours=1)
    grace: Duration = timedelta(minutes=2)
    jobs: SweptJobs = SweptJobs.ALL


class Stretch(Model):
    """Runs that began within it are to be read; without an end, up to now."""

    since: datetime
    until: datetime | None = None


class Mark(Model):
    """What one sweep leaves to the next.

    `floor` is the end before which a failure is history; `unread` are stretches of starts, newest
    first; `watched` are runs that were under way, or have to be looked at again.
    """

    looked_at: datetime
    floor: datetime
    unread: tuple[Stretch, ...] = ()
    watched: tuple[str, ...] = ()


class FoundRun(Model):
    """A failed run that nobody deals with; `again` after an incident that has ended."""

    run_id: str
    job_id: str = ""
    job_name: str = ""
    ended_at: datetime | None = None
    again: bool = False


class Findings(Model):
    """What one look at a workspace has found; `behind` when there was more than fits into one."""

    workspace: str
    found: tuple[FoundRun, ...] = ()
    mark: Mark
    runs_read: int = 0
    known: int = 0
    in_grace: int = 0
    behind: bool = False
    notes: tuple[str, ...] = ()


class SweepRequest(Model):
    """What starts a sweep; by hand it looks `since` so long ago, in several rounds if need be."""

    workspace: str
    since: Duration | None = None
    rounds: int = 1
    dry_run: bool = False


class SweepResult(Model):
    """What a sweep did; the next one of the schedule begins at its mark."""

    workspace: str
    mark: Mark | None = None
    found: tuple[FoundRun, ...] = ()
    started: tuple[str, ...] = ()
    runs_read: int = 0
    known: int = 0
    in_grace: int = 0
    behind: bool = False
    notes: tuple[str, ...] = ()

    def and_then(self, findings: Findings, started: tuple[str, ...]) -> "SweepResult":
        """Add one round; a dry run finds again what the round before did not start."""
        known = {run.run_id for run in self.found}
        fresh = tuple(run for run in findings.found if run.run_id not in known)
        return SweepResult(
            workspace=self.workspace,
            mark=findings.mark,
            found=(*self.found, *fresh),
            started=(*self.started, *started),
            runs_read=self.runs_read + findings.runs_read,
            known=self.known + findings.known,
            in_grace=findings.in_grace,
            behind=findings.behind,
            notes=(*self.notes, *findings.notes)[:MOST_NOTES],
        )

    @property
    def in_words(self) -> str:
        """Tell it to a person in a few lines."""
        at = f" at {self.mark.looked_at:%Y-%m-%d %H:%M:%S} UTC" if self.mark else ""
        counts = (
            f"{self.runs_read} runs read",
            f"{len(self.found)} failed that nobody dealt with",
            f"{len(self.started)} incidents started",
            f"{self.known} known already",
            f"{self.in_grace} left to their webhook for now",
        )
        lines = [f"Swept {self.workspace}{at}: {', '.join(counts)}."]
        lines += ["There are more; the next sweep goes on with them."] if self.behind else []
        return "\n".join((*lines, *self.notes))


class Pick(StrEnum):
    """What becomes of a run that was read."""

    REPORT = "report"
    UNDER_WAY = "under way"
    IN_GRACE = "in grace"
    LEAVE = "leave"


def sweep_id(workspace: str) -> str:
    """Return the id of a workspace's schedule, with which the ids of its sweeps begin."""
    return f"{SWEEP}:{workspace}"


def take_up(mark: Mark | None, now: datetime, look_back: timedelta) -> Mark:
    """Return what is to be read now: what was left, and what has begun since the last look."""
    if mark is None:
        floor = now - look_back
        return Mark(looked_at=now, floor=floor, unread=(Stretch(since=floor - LONGEST_RUN),))
    floor = max(mark.floor, now - LONGEST_OUTAGE)
    unread = mark.unread
    if not (unread and unread[0].until is None):
        since = max(mark.looked_at - OVERLAP, floor - LONGEST_RUN)
        unread = (Stretch(since=since), *unread)
    return mark.model_copy(update={"looked_at": now, "floor": floor, "unread": _few(unread)})


def _few(unread: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Join the oldest where there are too many: reading what lies between twice harms nobody."""
    if len(unread) <= MOST_STRETCHES:
        return unread
    *newer, last, oldest = unread
    joined = Stretch(since=min(last.since, oldest.since), until=last.until)
    return _few((*newer, joined))


def pick(run: RunFacts, now: datetime, floor: datetime, grace: timedelta) -> Pick:
    """Say whether to report a run: only one of a job, whose last attempt or repair has failed.

    A one-time run is left to who submitted it: it has no job whose settings a repair could use.
    """
    if not run.job_id or run.run_type not in {"", "JOB_RUN"} or run.trigger in _OTHERS_BUSINESS:
        return Pick.LEAVE
    phase = run_phase(run)
    if phase is RunPhase.ACTIVE:
        return Pick.UNDER_WAY
    if phase is not RunPhase.FAILED or run.termination_code == _RETRIED_BY_PLATFORM:
        return Pick.LEAVE
    if run.ended_at is None:
        return Pick.REPORT
    if run.ended_at < floor:
        return Pick.LEAVE
    return Pick.IN_GRACE if run.ended_at > now - grace else Pick.REPORT


def is_dealt_with(ticket: IncidentView | None, ended_at: datetime | None) -> bool:
    """Whether the newest ticket alone shows that somebody deals, or has dealt, with that end.

    An incident that ended `observed` may have been a dry run, which takes nothing from a recovery.
    """
    if ticket is None:
        return False
    if ticket.ended_at is None:
        return True
    settled = ticket.outcome is not Outcome.OBSERVED
    return settled and ended_at is not None and ticket.ended_at >= ended_at
