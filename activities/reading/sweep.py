"""One look at a workspace for failed runs that nobody deals with: few calls, and never hurried."""

from collections.abc import Callable, Iterator
from datetime import datetime

from activities.reading.attempts import Attempts
from activities.reading.form import RUN, Form, in_form
from activities.reading.known_failures import KnownFailures
from activities.reading.run import run_facts
from activities.reading.sweep_bounds import USUAL_BOUNDS, Bounds, Unhurried
from activities.reading.values import part, parts
from activities.workspace import Json, Workspace
from lakemend.errors import NotFoundError, WaitingIsUselessError
from lakemend.evidence import RunFacts
from lakemend.sweep import (
    MOST_NOTES,
    MOST_WATCHED,
    Findings,
    FoundRun,
    Mark,
    Pick,
    Stretch,
    SweepTerms,
    SweptJobs,
    is_dealt_with,
    pick,
)

_HOOKS: dict[str, Form] = {"webhook_notifications": {"on_failure": [{}]}}
_HOOKS_OF_JOB: Form = {"settings": {**_HOOKS, "tasks": [_HOOKS]}}


class Sweep:
    """Reads one workspace. A call that is lost is raised while `attempts` are patient."""

    def __init__(
        self,
        workspace: Workspace,
        known: KnownFailures,
        terms: SweepTerms,
        attempts: Attempts,
        pace: Unhurried,
        bounds: Bounds = USUAL_BOUNDS,
    ) -> None:
        self._workspace = workspace
        self._known = known
        self._terms = terms
        self._attempts = attempts
        self._pace = pace
        self._bounds = bounds
        self._reads = self._runs = self._known_count = self._in_grace = 0
        self._hooked: dict[str, bool] = {}
        self._judged: set[str] = set()
        # insertion order: who had to wait this time comes first the next time
        self._waiting: dict[str, None] = {}
        self._watched: dict[str, None] = {}
        self._candidates: dict[str, datetime | None] = {}
        self._found: list[FoundRun] = []

    def read(self, name: str, mark: Mark) -> Findings:
        """Read who is under way, who has ended since, and look at those that failed."""
        self._read_active(mark)
        unread = tuple(self._read_stretches(mark))
        gone = [each for each in mark.watched if each not in self._judged]
        for run_id in dict.fromkeys([*gone, *self._candidates]):
            self._examine(run_id, self._candidates.get(run_id), mark)
        watched = list(dict.fromkeys([*self._waiting, *self._watched]))
        left_over = watched[MOST_WATCHED:]
        if left_over:
            self._attempts.note(f"{len(left_over)} runs under way", "too many to watch")
        return Findings(
            workspace=name,
            found=tuple(self._found),
            mark=mark.model_copy(
                update={"unread": unread, "watched": tuple(watched[:MOST_WATCHED])}
            ),
            runs_read=self._runs,
            known=self._known_count,
            in_grace=self._in_grace,
            behind=bool(unread or self._waiting),
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        away = [f"the records are away: {self._known.away}"] if self._known.away else []
        unread = [f"{each.what}: {each.why}" for each in self._attempts.unread]
        return tuple([*away, *unread][:MOST_NOTES])

    def _read_active(self, mark: Mark) -> None:
        """Note who is under way before anything else is read: whoever ends later is found."""
        pages = self._workspace.job_run_pages(active_only=True)
        for _ in range(self._bounds.active_pages):
            self._pace.wait()
            page = next(pages)
            self._sort(page.entries, mark)
            if page.is_last:
                return
        self._attempts.note("active runs", "there are more than are looked through")

    def _read_stretches(self, mark: Mark) -> Iterator[Stretch]:
        """Give what is left; half of the pages are for the newest, the rest for those before."""
        pages = self._bounds.pages
        for number, stretch in enumerate(mark.unread, start=1):
            most = pages if number == len(mark.unread) else pages // 2
            taken, left = self._read_stretch(stretch, mark, most)
            pages -= taken
            if left:
                yield left

    def _read_stretch(self, stretch: Stretch, mark: Mark, most: int) -> tuple[int, Stretch | None]:
        """Read the runs that began within a stretch: how many pages, and what is left of it."""
        since = int(stretch.since.timestamp() * 1000)
        until = int(stretch.until.timestamp() * 1000) if stretch.until else 0
        pages = self._workspace.job_run_pages(since=since, until=until)
        read_down_to, taken = stretch.until, 0
        while taken < most and not self._is_full():
            self._pace.wait()
            taken += 1
            page = self._attempts.read("a page of runs", lambda: next(pages))
            if page is None:
                break
            began = [each.started_at for each in self._sort(page.entries, mark) if each.started_at]
            read_down_to = min(began, default=read_down_to)
            if page.is_last:
                return taken, None
        return taken, stretch.model_copy(update={"until": read_down_to})

    def _is_full(self) -> bool:
        return len(self._watched) + len(self._candidates) >= MOST_WATCHED or self._pace.is_over

    def _sort(self, page: list[Json], mark: Mark) -> list[RunFacts]:
        understood: list[Json] = self._attempts.in_form("listed runs", page, [RUN]) or []
        runs = [run_facts(each) for each in understood if each.get("run_id")]
        for run in runs:
            chosen = pick(run, mark.looked_at, mark.floor, self._terms.grace)
            if run.run_id not in self._judged:
                self._runs += 1
                self._judged.add(run.run_id)
                self._keep(run, chosen)
        return runs

    def _keep(self, run: RunFacts, chosen: Pick) -> None:
        if chosen is Pick.UNDER_WAY:
            self._watched[run.run_id] = None
        elif chosen is Pick.IN_GRACE:
            self._in_grace += 1
            self._watched[run.run_id] = None
        elif chosen is Pick.REPORT:
            self._candidates[run.run_id] = run.ended_at

    def _examine(self, run_id: str, ended_at: datetime | None, mark: Mark) -> None:
        """Look at a run by itself, unless its ticket tells enough; the list may be late."""
        ticket = self._known.ticket(run_id)
        if is_dealt_with(ticket, ended_at):
            self._known_count += 1
            return
        most = self._bounds
        full = self._reads >= most.reads or len(self._found) >= most.found or self._pace.is_over
        if full or not self._is_judged(run_id, mark, again=ticket is not None):
            self._waiting[run_id] = None

    def _is_judged(self, run_id: str, mark: Mark, *, again: bool) -> bool:
        """Read a run and keep what it is; False if it has to be read again."""
        self._reads += 1
        raw = self._ask(f"run {run_id}", lambda: self._workspace.get_run(run_id))
        if raw is None:
            return False
        run = run_facts(in_form(raw, RUN, []) or {})
        chosen = pick(run, mark.looked_at, mark.floor, self._terms.grace)
        if chosen is not Pick.REPORT:
            self._keep(run, chosen)
            return True
        if self._known.is_taken(run, mark.looked_at):
            self._known_count += 1
            return True
        swept = self._is_swept(run.job_id)
        if swept:
            self._found.append(
                FoundRun(
                    run_id=run.run_id,
                    job_id=run.job_id,
                    job_name=run.run_name,
                    ended_at=run.ended_at,
                    again=again and not self._known.away,
                )
            )
        return swept is not None

    def _is_swept(self, job_id: str) -> bool | None:
        """Whether sweeps report failed runs of a job; None if that has to be read again."""
        if self._terms.jobs is SweptJobs.ALL:
            return True
        if job_id not in self._hooked:
            raw = self._ask(f"job {job_id}", lambda: self._workspace.get_job(job_id))
            if raw is None:
                return None
            self._hooked[job_id] = is_hooked(raw)
        return self._hooked[job_id]

    def _ask(self, what: str, call: Callable[[], Json]) -> Json | None:
        """Return nothing of what is gone or forbidden, None for what is lost."""
        self._pace.wait()
        return self._attempts.read(what, lambda: self._told(what, call))

    def _told(self, what: str, call: Callable[[], Json]) -> Json:
        try:
            return call()
        except NotFoundError:
            return {}
        except WaitingIsUselessError as error:
            self._attempts.note(what, str(error))
            return {}


def is_hooked(job: Json) -> bool:
    """Whether a webhook is told when the job, or a task of it, fails.

    Each event names up to three destinations (databricks-sdk: jobs.WebhookNotifications).
    """
    settings = part(in_form(job, _HOOKS_OF_JOB, []) or {}, "settings")
    told = [part(each, "webhook_notifications") for each in (settings, *parts(settings, "tasks"))]
    return any(each.get("on_failure") for each in told)
