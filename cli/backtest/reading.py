"""Reading a workspace's failures of the past, slowly enough for others to work beside it."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from activities.reading.evidence import EvidenceReader
from activities.reading.form import RUN, in_form
from activities.reading.history import before_repairs, may_have_failed, repairs_of
from activities.workspace import Json, Workspace
from cli.backtest.company import ReadFailure, with_company
from cli.diagnosis.answer import decide
from cli.diagnosis.remembering import own_records
from lakemend.backtest import Backtest, PastFailure, as_it_was
from lakemend.errors import ThrottledError, WorkspaceError
from lakemend.evidence import RunPhase, run_phase
from lakemend.settings import Settings

MOST_LISTED = 5000
CALLS_PER_RUN = 9  # run, job, history, last success, output or two, cluster, events, libraries
LONGEST_PAUSE = 60.0  # seconds; a workspace that wants more rest is told of as unreadable

Progress = Callable[[int], None]


class PastFailures:
    """Reads one workspace; `at_most` bounds the failures, the newest come first."""

    def __init__(self, name: str, workspace: Workspace, settings: Settings) -> None:
        self._name = name
        self._workspace = workspace
        # what would be done once it is switched on is the question
        self._settings = settings.model_copy(update={"auto_remediation_enabled": True})
        self._pause = CALLS_PER_RUN / settings.calls_per_second
        self._unreadable: list[str] = []

    def read(self, since: datetime, until: datetime, at_most: int, progress: Progress) -> Backtest:
        """Raises WorkspaceErrors only for the list of runs."""
        listed = self._workspace.ended_runs(
            since=int(since.timestamp() * 1000), at_most=MOST_LISTED, expand_tasks=True
        )
        understood = in_form(listed, [RUN], misfits := [])
        self._unreadable += [f"a field of the listed runs: {place}" for place in misfits]
        failed = [each for each in understood if each.get("run_id") and may_have_failed(each)]
        found = self._failures(failed[:at_most], progress)
        with own_records(self._settings) as records:
            met = list(with_company(found, records))
        return Backtest(
            workspace=self._name,
            since=since,
            until=until,
            runs_listed=len(listed),
            complete=len(listed) < MOST_LISTED and len(failed) <= at_most,
            failures=tuple(self._past(each) for each in met),
            unreadable=tuple(self._unreadable),
            unread=records.unread,
        )

    def _failures(self, runs: Iterable[Json], progress: Progress) -> list[ReadFailure]:
        found: list[ReadFailure] = []
        for number, listed in enumerate(runs, start=1):
            run_id = str(listed["run_id"])
            try:
                failure = self._patiently(run_id)
            except WorkspaceError as error:
                self._unreadable.append(f"run {run_id}: {error}")
                continue
            found += [failure] if failure else []
            progress(number)
            time.sleep(self._pause)
        return found

    def _patiently(self, run_id: str) -> ReadFailure | None:
        try:
            return self._failure(run_id)
        except ThrottledError as error:
            time.sleep(min(error.retry_after.total_seconds(), LONGEST_PAUSE))
            return self._failure(run_id)

    def _failure(self, run_id: str) -> ReadFailure | None:
        """Read one run as it stood at its first end; None if it had not failed then."""
        reader = EvidenceReader(self._workspace, patient=False)
        raw = reader.in_form(self._workspace.get_run(run_id))
        evidence = as_it_was(reader.read_around(self._name, before_repairs(raw)))
        if run_phase(evidence.run) is not RunPhase.FAILED:
            return None
        return ReadFailure(evidence, *repairs_of(raw))

    def _past(self, failure: ReadFailure) -> PastFailure:
        evidence = failure.evidence
        decision = decide(evidence, self._settings)
        steps = [step for step in decision.steps if step.phase == "steps" and not step.skip]
        return PastFailure(
            run_id=evidence.run.run_id,
            job_id=evidence.run.job_id,
            job_name=evidence.job.name if evidence.job else evidence.run.run_name,
            failed_at=evidence.run.ended_at,
            cause=decision.diagnosis.cause,
            confidence=decision.diagnosis.confidence,
            consent=decision.consent,
            reason=decision.reason,
            actions=tuple(step.action for step in steps) if decision.consent == "act" else (),
            repairs=failure.repairs,
            repaired_to=failure.repaired_to,
        )
