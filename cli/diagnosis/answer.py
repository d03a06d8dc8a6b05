"""What `lakemend diagnose` answers: the diagnosis with its reasons, and what would be done."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import typer

from cli.output import Format, say
from cli.visible import on_one_line
from lakemend.deciding import record_decision, record_decision_on_text
from lakemend.decision_record import ChosenStep, DecisionRecord
from lakemend.diagnosis import Reason
from lakemend.diagnosis.diagnose import diagnose, diagnose_text
from lakemend.evidence import Evidence
from lakemend.incident import Outcome
from lakemend.plan import Plan, make_plan
from lakemend.playbook_set import load_all_playbooks
from lakemend.policy import Consent, Ruling, ending_without_recovery
from lakemend.settings import Settings
from lakemend.streak import Streak

_MINUTE = "%Y-%m-%d %H:%M UTC"
_WORDS = {
    "act": "It would act:",
    "observe": "It would only look, and plan:",
    "escalate": "It would leave it to a person.",
}
_WITHOUT_STEPS = {**_WORDS, "observe": "It would do nothing:"}


def decide(subject: Evidence | str, settings: Settings) -> DecisionRecord:
    """Diagnose evidence or a bare text, and decide as a worker with these settings would."""
    playbooks = load_all_playbooks(settings.playbooks_dir)
    if isinstance(subject, str):
        enabled = settings.auto_remediation_enabled
        return record_decision_on_text(diagnose_text(subject), playbooks, enabled=enabled)
    diagnosis = diagnose(subject)
    plan = _without_plan(subject) or make_plan(diagnosis, subject, playbooks, settings)
    return record_decision(diagnosis, plan, subject)


def _without_plan(evidence: Evidence) -> Plan | None:
    """Return a plan of nothing where an incident would end before any, as for a cancelled run."""
    ending = ending_without_recovery(evidence)
    if ending is None or ending.unclear:
        return None
    escalated = ending.outcome is Outcome.ESCALATED
    consent = Consent.ESCALATE if escalated else Consent.OBSERVE
    return Plan(ruling=Ruling(consent=consent, reason=ending.message))


def show(decision: DecisionRecord, output: Format) -> None:
    """Print a decision."""
    if output is Format.JSON:
        print_json({**decision.diagnosis.model_dump(mode="json"), "decision": _rest(decision)})
        return
    for line in explain(decision):
        say(line)


def explain(decision: DecisionRecord) -> Iterator[str]:
    """Tell a decision in lines: cause, reasons, what was ruled out, inputs, and what follows."""
    diagnosis = decision.diagnosis
    yield f"{diagnosis.cause} ({diagnosis.confidence:.0%}): {diagnosis.summary}"
    layer = f"layer {diagnosis.layer}, remedy {diagnosis.remedy}"
    yield f"  {layer}, error type {diagnosis.error_type or 'none'}"
    if diagnosis.alternatives:
        yield f"  the rules cannot tell it from: {', '.join(diagnosis.alternatives)}"
    yield from _reasons("Why", diagnosis.reasons)
    yield from _reasons("Ruled out", diagnosis.ruled_out)
    yield from _inputs(decision)
    yield "What Lakemend would do"
    yield from _choice(decision)


def print_json(value: Any) -> None:
    """Print JSON in ASCII: no text in it can reach a terminal as anything but letters."""
    typer.echo(json.dumps(value, indent=2, default=str))


def _rest(decision: DecisionRecord) -> dict[str, Any]:
    return decision.model_dump(mode="json", exclude={"diagnosis"})


def _reasons(title: str, reasons: Iterable[Reason]) -> Iterator[str]:
    for number, reason in enumerate(reasons):
        if number == 0:
            yield title
        yield f"  [{on_one_line(reason.rule)}] {on_one_line(reason.explanation)}"
        if reason.quote:
            yield f"    {on_one_line(reason.where)}: {on_one_line(reason.quote)}"


def _inputs(decision: DecisionRecord) -> Iterator[str]:
    read = decision.inputs
    if not read.run_id and not read.resource and not read.tasks:
        return
    yield "Read"
    if read.resource:
        yield on_one_line(f"  {read.resource}: {read.result}")
        yield f"  runs that died with it: {read.lost_runs}"
        yield from _unread(decision)
        return
    failed = ", ".join(read.failed_tasks) or "none"
    yield f"  run {on_one_line(read.run_id)}: {on_one_line(read.result)}, {read.repairs} repairs"
    yield f"  {read.tasks} tasks; failed: {on_one_line(failed)}"
    yield f"  {read.recent_runs} other runs of the job, {read.recent_successes} succeeded"
    yield from _streak(read.streak)
    yield from _unread(decision)


def _streak(streak: Streak) -> Iterator[str]:
    if streak.since is None or streak.runs == 1:
        return
    line = f"  failed {streak.runs} times in a row, since {streak.since:{_MINUTE}}"
    good = streak.last_success
    yield f"{line}; last success {good:{_MINUTE}}" if good else f"{line} or earlier"


def _unread(decision: DecisionRecord) -> Iterator[str]:
    for each in decision.inputs.unread:
        yield f"  could not be read: {on_one_line(each)}"


def _choice(decision: DecisionRecord) -> Iterator[str]:
    words = _WORDS[decision.consent] if decision.steps else _WITHOUT_STEPS[decision.consent]
    yield f"  {words} {on_one_line(decision.reason)}".rstrip()
    if decision.consent == "escalate":
        return
    if decision.memory:
        yield f"  {on_one_line(decision.memory)}"
    yield from map(_step, decision.steps)
    for breaker in decision.breakers:
        yield f"  with the leave of breaker {on_one_line(breaker)}"
    if decision.max_workers and decision.steps:
        factor = f"{decision.max_cost_factor:g} times the cost"
        yield f"  within {decision.max_workers} workers and {factor}"
    if decision.budget_left:
        yield f"  budget: {decision.budget_left}"


def _step(step: ChosenStep) -> str:
    target = f" {step.target}" if step.target else ""
    attempts = f", up to {step.attempts} attempts" if step.attempts > 1 else ""
    skipped = f" (left out: {step.skip})" if step.skip else ""
    cost = f", about {step.cost_factor:.3g} times the cost" if step.cost_factor > 1 else ""
    return "    " + on_one_line(f"{step.phase}: {step.action}{target}{attempts}{cost}{skipped}")
