"""What the job's history says about a diagnosis; each adjustment is a reason that can be read."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from lakemend.diagnosis import Cause, Diagnosis, Reason, Remedy
from lakemend.diagnosis.acting import ACTING
from lakemend.diagnosis.outage import is_shared, one_outage
from lakemend.diagnosis.recurrence import alike_failures
from lakemend.evidence import Changes, Evidence, RecentRun, RunPhase, run_phase
from lakemend.instants import in_utc
from lakemend.redaction import excerpt
from lakemend.streak import streak_of

# A few failures may be bad luck; this many without a success are a job that never worked.
_RUNS_TO_JUDGE = 3

# So many failures in a row, after a success, are a job that has stopped working.
_RUNS_IN_A_ROW = 6

# Runs that failed closer together may all have met the same outage.
_ONE_OUTAGE = timedelta(hours=1)

# The original, and two repairs or retries.
_FAILURES_TO_JUDGE = 3

# Waiting for these has its own end, however often the same run met them.
_PASSES_BY_ITSELF = frozenset(
    {
        Cause.CLOUD_CAPACITY,
        Cause.CLOUD_STORAGE_THROTTLE,
        Cause.API_RATE_LIMITED,
        Cause.CONCURRENCY_LIMIT,
        Cause.SERVICE_UNAVAILABLE,
        Cause.SOURCE_DATABASE_UNAVAILABLE,
    }
)

# Its playbook begins by trying the same again, although more may be changed later.
_REPEATED_FIRST = frozenset({Cause.LIBRARY_INSTALLATION})

_SIZE = re.compile(r"node_type|num_workers|autoscale|pool_id|spark_conf|memory|\bdisk")
_LIMIT = re.compile(r"timeout|health")
_PACKAGES = re.compile(r"librar|dependenc|environment|spark_version")
_ADDRESS = re.compile(r"parameters|spark_env_vars|spark_conf|network|host|url")

# Fields whose change explains a cause.
_FITTING = {
    Cause.DRIVER_OOM: _SIZE,
    Cause.EXECUTOR_OOM: _SIZE,
    Cause.DISK_FULL: _SIZE,
    Cause.EXECUTOR_LOST: _SIZE,
    Cause.DRIVER_UNRESPONSIVE: _SIZE,
    Cause.TIMEOUT: _LIMIT,
    Cause.LIBRARY_INSTALLATION: _PACKAGES,
    Cause.NETWORK_TRANSIENT: _ADDRESS,
    Cause.SOURCE_DATABASE_UNAVAILABLE: _ADDRESS,
}

_LESS_SURE = 0.6

# The evidence has them all.
_MOST_QUOTED = 3
_LONGEST_QUOTED = 90


_WHY_OVER = {
    RunPhase.CANCELED: Reason(
        rule="run-was-cancelled",
        where="run",
        explanation="a person cancelled the run, and nobody wants it again",
    ),
    RunPhase.SUCCEEDED: Reason(
        rule="run-has-succeeded",
        where="run",
        explanation="the run has succeeded since, so there is nothing to do",
    ),
}


def adjust(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Let the context rules speak in order; each sees what the ones before made of it."""
    for rule in _RULES:
        diagnosis = rule(diagnosis, evidence)
    return diagnosis


def _over(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Leave a run alone that needs no recovery any more, whatever went wrong in it before."""
    reason = _WHY_OVER.get(run_phase(evidence.run))
    if reason is None or diagnosis.remedy not in ACTING:
        return diagnosis
    return diagnosis.model_copy(
        update={"remedy": Remedy.NONE, "reasons": (*diagnosis.reasons, reason)}
    )


def _never_succeeded(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    runs = evidence.judged_runs
    if not _begins_with_a_repeat(diagnosis) or len(runs) < _RUNS_TO_JUDGE:
        return diagnosis
    if any(run.succeeded for run in runs):
        return diagnosis
    if _within_one_outage(runs, evidence) or is_shared(diagnosis, evidence):
        return diagnosis
    why = f"none of the last {len(runs)} runs succeeded, so this is not transient"
    return _to_a_person(diagnosis, "job-never-succeeded", "recent runs", why)


def _keeps_failing(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Leave a job to a person that has stopped working, whatever this run's error says."""
    streak = streak_of(evidence)
    if not _begins_with_a_repeat(diagnosis) or streak.runs < _RUNS_IN_A_ROW:
        return diagnosis
    if diagnosis.cause in _PASSES_BY_ITSELF or streak.last_success is None or streak.since is None:
        return diagnosis
    if evidence.happened_at - streak.since < _ONE_OUTAGE or is_shared(diagnosis, evidence):
        return diagnosis
    why = f"the last {streak.runs} runs failed in a row, so this is not transient"
    return _to_a_person(diagnosis, "job-keeps-failing", "recent runs", why)


def _change_fits(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Put a change first that explains the cause: the same settings would fail again."""
    fits = _FITTING.get(diagnosis.cause)
    changed = evidence.changed_settings
    lines = tuple(line for line in changed.lines if fits and fits.search(line.partition(": ")[0]))
    if not lines or diagnosis.remedy not in ACTING:
        return diagnosis
    reason = Reason(
        rule="change-fits-the-cause",
        where="job settings",
        quote=_quoted(Changes(since=changed.since, lines=lines)),
        explanation=f"this was changed since run {changed.since} succeeded, and may explain it",
    )
    return diagnosis.model_copy(
        update={"remedy": Remedy.PERSON, "reasons": (reason, *diagnosis.reasons)}
    )


def _settings_changed(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Point at the change; whether it is rolled back is decided in `rollback.py`."""
    changed, good = evidence.changed_settings, evidence.succeeded_with_other_settings
    if not good and not changed.lines:
        return diagnosis
    why = f"this run ran with other settings than run {changed.since}, the last that succeeded"
    if good:
        why = f"the job's settings are not those with which run {good} succeeded"
    reason = Reason(
        rule="settings-changed", where="job settings", quote=_quoted(changed), explanation=why
    )
    return diagnosis.model_copy(update={"reasons": (*diagnosis.reasons, reason)})


def _code_changed(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Point at the change; it may be the cause, and is no proof of it."""
    changed = evidence.changed_code
    if not changed.lines:
        return diagnosis
    why = f"this run ran other code than run {changed.since}, the last that succeeded"
    quote = _quoted(changed)
    reason = Reason(rule="code-changed", where="code versions", quote=quote, explanation=why)
    return diagnosis.model_copy(update={"reasons": (*diagnosis.reasons, reason)})


def _failed_again_after_repair(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Stop at the third identical failure; all count where earlier attempts are not known."""
    repairs = evidence.run.repair_count
    if diagnosis.remedy not in ACTING or not repairs:
        return diagnosis
    alike = alike_failures(evidence, diagnosis.task_key)
    failures = repairs + 1 if alike is None else alike
    if failures < _FAILURES_TO_JUDGE or diagnosis.cause in _PASSES_BY_ITSELF:
        return diagnosis
    same = "" if alike is None else " in the same way"
    why = f"it failed {failures} times{same}, {repairs} repairs among them: another will not help"
    return _to_a_person(diagnosis, "failed-again-after-repair", "repair history", why)


_RULES: tuple[Callable[[Diagnosis, Evidence], Diagnosis], ...] = (
    one_outage,
    _over,
    _never_succeeded,
    _keeps_failing,
    _change_fits,
    _settings_changed,
    _code_changed,
    _failed_again_after_repair,
)


def _begins_with_a_repeat(diagnosis: Diagnosis) -> bool:
    if diagnosis.remedy is Remedy.CHANGE:
        return diagnosis.cause in _REPEATED_FIRST
    return diagnosis.remedy is Remedy.RETRY


def _quoted(changes: Changes) -> str:
    more = len(changes.lines) - _MOST_QUOTED
    told = "; ".join(excerpt(line, _LONGEST_QUOTED) for line in changes.lines[:_MOST_QUOTED])
    return f"{told}; and {more} more" if more > 0 else told


def _within_one_outage(runs: Sequence[RecentRun], evidence: Evidence) -> bool:
    """Tell whether all ended close together; not where an end is unknown."""
    ends = [evidence.run.ended_at, *(run.ended_at for run in runs)]
    known = [in_utc(end) for end in ends if end]
    return len(known) == len(ends) and max(known) - min(known) < _ONE_OUTAGE


def _to_a_person(diagnosis: Diagnosis, rule: str, where: str, why: str) -> Diagnosis:
    reason = Reason(rule=rule, where=where, explanation=why)
    return diagnosis.model_copy(
        update={
            "remedy": Remedy.PERSON,
            "confidence": round(diagnosis.confidence * _LESS_SURE, 2),
            "reasons": (*diagnosis.reasons, reason),
        }
    )
