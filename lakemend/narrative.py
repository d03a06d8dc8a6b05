"""An incident in Markdown, for a person on call: what failed, why, what we did, what is next."""

from lakemend.diagnosis import Reason
from lakemend.incident import IncidentView, Outcome, Parked, Stage, StepRecord, StepStatus

_MARKS = {
    StepStatus.RUNNING: "…",
    StepStatus.SUCCEEDED: "✓",
    StepStatus.FAILED: "✗",
    StepStatus.SKIPPED: "-",
}
_NEXT = {
    Stage.ARRIVED: "The facts are being read from the workspace.",
    Stage.RUN_STILL_ACTIVE: "The run is still active; nothing is done until it has ended.",
    Stage.WAITING_FOR_PERMIT: "The circuit breaker is asked for leave to act.",
    Stage.PARKED: "The incident waits its turn.",
    Stage.WAITING_FOR_LEASE: "Another incident is changing the same resource; it goes first.",
    Stage.RECOVERING: "The step under way is being confirmed.",
    Stage.WAITING_FOR_RUN: "The repaired run is under way; its end decides.",
    Stage.BACKING_OFF: "A pause, then the next attempt.",
    Stage.CHECKING_HEALTH: "The health checks run.",
    Stage.SETTLING: "Settings go back and the ticket is written.",
}
_AFTERWARDS = {
    Outcome.RECOVERED: "Nothing: the tasks that had failed have succeeded.",
    Outcome.ESCALATED: "A person has to look at it.",
    Outcome.OBSERVED: "Nothing was touched; a person may act on the plan.",
    Outcome.SUPERSEDED: "Nothing: somebody else got there first.",
    Outcome.DUPLICATE: "Nothing: this failure was dealt with before.",
}
LONGEST_QUOTE = 300
MOST_RULED_OUT = 3


def narrate(view: IncidentView) -> str:
    """Write the whole story; platform texts are quoted as code so that they stay plain text."""
    parts = [
        _what_failed(view),
        _why(view),
        _what_was_decided(view),
        _what_we_did(view),
        _what_is_next(view),
    ]
    return "\n\n".join(part for part in parts if part)


def headline(view: IncidentView) -> str:
    """Write one line for lists, under 200 bytes as Temporal's summary asks."""
    name = view.job_name or view.resource or f"run {view.run_id}"
    return f"{name[:120]}: {view.outcome or view.stage}"


def _what_failed(view: IncidentView) -> str:
    if view.resource:
        return _which_resource(view)
    job = f"Job {code(view.job_name)} ({view.job_id})" if view.job_id else "A run"
    link = f" · [open in Databricks]({view.run_page_url})" if view.run_page_url else ""
    return f"**What failed.** {job}, run {view.run_id}, workspace {code(view.workspace)}{link}"


def _which_resource(view: IncidentView) -> str:
    name = f" ({code(view.resource_name)})" if view.resource_name else ""
    where = f"{code(view.resource)}{name}, workspace {code(view.workspace)}"
    lines = [f"**What failed.** {where}"]
    if view.handed_over:
        lines.append(
            f"Runs that died with it, each with its own incident: {len(view.handed_over)}."
        )
    return "\n".join(lines)


def _why(view: IncidentView) -> str:
    diagnosis = view.diagnosis
    if diagnosis is None:
        return ""
    cause = f"Cause {code(diagnosis.cause)} ({diagnosis.error_type or 'no playbook'})"
    sure = f"confidence {diagnosis.confidence:.0%}"
    lines = [f"**Why we think so.** {cause}, {sure}. {diagnosis.summary}"]
    return "\n".join((*lines, *(_reason(reason) for reason in diagnosis.reasons)))


def _reason(reason: Reason) -> str:
    """Tell a reason; one of context quotes nothing and explains all the more."""
    said = (code(reason.quote) if reason.quote else "", reason.explanation)
    return f"- {reason.where}: {' '.join(part for part in said if part)}"


def _what_was_decided(view: IncidentView) -> str:
    if not view.decisions:
        return ""
    decision = view.decisions[-1]
    steps = [step.action for step in decision.steps if not step.skip]
    lines = [f"**What was decided.** {decision.consent}: {decision.reason or ', '.join(steps)}"]
    lines += [f"- {decision.memory}"] if decision.memory else []
    lines += [f"- {reason.explanation}" for reason in decision.diagnosis.ruled_out[:MOST_RULED_OUT]]
    return "\n".join(lines)


def _what_we_did(view: IncidentView) -> str:
    if not view.steps:
        return ""
    return "\n".join(["**What we did.**", *(_step(step) for step in view.steps)])


def _step(step: StepRecord) -> str:
    attempt = f", attempt {step.attempt}" if step.attempt > 1 else ""
    target = f" on {step.target}" if step.target else ""
    return f"- {_MARKS[step.status]} {step.action}{target}{attempt}: {code(step.message or '…')}"


def _what_is_next(view: IncidentView) -> str:
    if view.outcome is None:
        next_ = _parked(view.parked) if view.parked else _NEXT.get(view.stage, "")
        return f"**What is next.** {next_} {view.message}".strip()
    afterwards = _AFTERWARDS[view.outcome]
    if view.resource and view.outcome is Outcome.RECOVERED:
        afterwards = "Nothing: it works again."
    lines = [f"**Outcome: {view.outcome}.** {view.message}", afterwards]
    lines += [f"- {note}" for note in view.notes]
    lines += [f"- recommended: {code(line)}" for line in view.recommendation]
    return "\n".join(lines)


def _parked(parked: Parked) -> str:
    """Say what an incident waits for, and for how long at most."""
    place = f", place {parked.place} in the queue" if parked.place else ""
    probe = (
        f" The next probe is at {parked.next_probe_at:%H:%M:%S} UTC."
        if parked.next_probe_at
        else ""
    )
    return (
        f"Parked by {code(parked.by)}{place}: {code(parked.reason)}.{probe} "
        f"It waits until {parked.until:%Y-%m-%d %H:%M} UTC at most; then a person has to look."
    )


def code(text: str) -> str:
    """Quote a foreign text as Markdown code on one line, so that nothing in it is markup."""
    line = " ".join(text.replace("`", "'").split())
    return f"`{line[:LONGEST_QUOTE]}`" if line else "—"
