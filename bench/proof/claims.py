"""What must hold after every trial, whatever happened in it."""

from collections.abc import Callable, Iterator

from bench.proof.account import Account
from bench.proof.trial import Failing, Shape
from lakemend.incident import Outcome

Claim = Callable[[Account], Iterator[str]]


def every_incident_ends(account: Account) -> Iterator[str]:
    """Nothing waits for ever, and each ends with an outcome."""
    yield from account.open_ones
    if account.restless:
        yield account.restless
    for view in account.views.values():
        if view.outcome is None:
            yield f"{view.incident_id} has ended without an outcome"


def no_failure_is_lost(account: Account) -> Iterator[str]:
    """Each run of a job that failed and was told of has an incident."""
    for run in account.failures_told - account.looked_at:
        yield f"run {run} of {account.job_of[run]} failed, and nobody looked"


def each_step_has_one_effect(account: Account) -> Iterator[str]:
    """There are no more repairs and runs than steps that wanted one."""
    for job in account.jobs:
        runs = account.runs_of(job)
        effects = {
            "repair_run": sum(account.report["repairs_per_run"].get(run, 0) for run in runs),
            "rerun_job": len(account.created.intersection(runs)),
        }
        for action, times in effects.items():
            steps = [step for run in runs for step in account.steps[run] if step.action == action]
            if times > len(steps):
                yield f"{job}: {times} times {action} for {len(steps)} steps"
    for token, runs in account.report["runs_per_token"].items():
        if runs > 1:
            yield f"token {token} started {runs} runs"
    for run in account.report["runs_without_token"]:
        yield f"run {run} was started without a token"


def no_run_overlaps(account: Account) -> Iterator[str]:
    """No job works twice at a time, unless a person started it besides."""
    for pair in account.report["overlapping_runs"]:
        job = account.job_of[pair[0]].split("_")[0]
        if not _is_started_by_a_person(account.jobs[job]):
            yield f"runs {pair} of {job} overlap"


def _is_started_by_a_person(failing: Failing) -> bool:
    """Whether a person starts a run; the repair of a task that calls a job starts one too."""
    deed = failing.deed.do if failing.deed else ""
    return deed == "run_now" or (deed == "repair_run" and failing.shape is Shape.RUN_JOB)


def settings_are_as_before(account: Account) -> Iterator[str]:
    """What stays changed was declared, or a person is told why it could not be put back."""
    for name in ("settings_changed", "clusters_changed"):
        for resource, changes in account.report[name].items():
            job = resource.split("_")[0]
            concerned = [job] if job in account.jobs else list(account.jobs)
            if not any(_is_explained(account, each) for each in concerned):
                yield f"{resource} stays changed for no reason that a person is told: {changes}"


def _is_explained(account: Account, job: str) -> bool:
    """Whether a note says that a change stays, and the trial has what makes that right."""
    failing = account.jobs[job]
    deed = failing.deed.do if failing.deed else ""
    refused = any(trouble.is_refusal for trouble in failing.troubles)
    reasons = {
        "keeps the change": True,
        "left as it is": deed == "edit_settings",
        "nothing was put back": refused or deed == "delete_job",
        "could not be put back": refused,
        "still differs": refused,
    }
    runs = account.runs_of(job)
    notes = [note for run in runs if run in account.views for note in account.views[run].notes]
    return any(right and words in note for note in notes for words, right in reasons.items())


def nothing_forbidden_is_called(account: Account) -> Iterator[str]:
    """No deletion, no full refresh, no cancelling."""
    for call in account.report["forbidden_calls"]:
        yield f"{call['method']} {call['path']}"


def everything_is_given_back(account: Account) -> Iterator[str]:
    """Leases and permits are back, and failures are settled."""
    yield from account.held
    for key in account.unsettled:
        yield f"the failure {key} is claimed and was never settled"


def recovered_means_succeeded(account: Account) -> Iterator[str]:
    """An incident that says so has a run of its job that succeeded."""
    for run, view in account.views.items():
        job = account.job_of[run].split("_")[0]
        well = account.succeeded.intersection(account.runs_of(job))
        if view.outcome is Outcome.RECOVERED and not well:
            yield f"{view.incident_id} says recovered, and no run of {job} succeeded"


def workflows_replay(account: Account) -> Iterator[str]:
    """No workflow task failed, also after a kill."""
    yield from account.broken_tasks


def nothing_secret_is_kept(account: Account) -> Iterator[str]:
    """Neither histories, records nor logs show what the settings and outputs hold."""
    yield from account.leaks


CLAIMS: tuple[Claim, ...] = (
    every_incident_ends,
    no_failure_is_lost,
    each_step_has_one_effect,
    no_run_overlaps,
    settings_are_as_before,
    nothing_forbidden_is_called,
    everything_is_given_back,
    recovered_means_succeeded,
    workflows_replay,
    nothing_secret_is_kept,
)


def broken_claims(account: Account) -> list[str]:
    """Name what does not hold; empty when all does."""
    return [f"{claim.__name__}: {what}" for claim in CLAIMS for what in claim(account)]
