"""One incident for a person at a terminal: what failed, why, what was done, what is next."""

from collections.abc import Sequence

from rich.text import Text

from api.schemas import IncidentDetail
from cli.output import console, say, word
from lakemend.decision_record import DecisionRecord
from lakemend.diagnosis import Diagnosis
from lakemend.incident import StepRecord

_SHOWN_REASONS = 5


def show_page(incident: IncidentDetail) -> None:
    """Print the whole story."""
    say(incident.incident_id, style="bold")
    for name, value in _facts(incident):
        console().print(Text.assemble(f"{name:12}", value), soft_wrap=True)
    if incident.diagnosis:
        say()
        say("Why we think so", style="bold")
        show_diagnosis(incident.diagnosis)
    if incident.decisions:
        say()
        say("What was decided", style="bold")
        show_decisions(incident.decisions)
    if incident.steps:
        say()
        say("What was done", style="bold")
        show_steps(incident.steps)
    for check in incident.health_checks:
        say(f"health: {check.check} {'passed' if check.passed else 'failed'} {check.message}")
    for handed_over in incident.handed_over:
        say(f"died with it: {handed_over}")
    for note in incident.notes:
        say(f"note: {note}")
    if incident.recommendation:
        say()
        say("Recommended", style="bold")
        for line in incident.recommendation:
            say(f"  {line}")


def show_diagnosis(diagnosis: Diagnosis) -> None:
    """Print cause, confidence and the lines of evidence."""
    say(f"  {diagnosis.cause} ({diagnosis.confidence:.0%}): {diagnosis.summary}")
    for reason in diagnosis.reasons[:_SHOWN_REASONS]:
        say(f"  {reason.where}: {reason.quote or reason.explanation}")


def show_decisions(decisions: Sequence[DecisionRecord]) -> None:
    """Print in a line each what the policy let happen; `lakemend incident why` tells the rest."""
    for decision in decisions:
        steps = [step.action for step in decision.steps if not step.skip]
        chosen = f"{decision.playbook}: {', '.join(steps)}" if steps else decision.playbook
        say(f"  {decision.consent}: {decision.reason or chosen}")
        if decision.memory:
            say(f"  {decision.memory}")
        for reason in decision.diagnosis.ruled_out[:_SHOWN_REASONS]:
            say(f"  {reason.explanation}")


def show_rehearsal(steps: Sequence[StepRecord], decision: DecisionRecord) -> None:
    """Print the calls of each phase in their order, and what it would cost and may still use."""
    if decision.memory:
        say(f"  {decision.memory}")
    for phase in decision.phases:
        if phase != decision.phases[0]:
            say(f"then {phase.name}, about {phase.cost_factor:g} times the cost:")
        show_steps([step for step in steps if step.phase == phase.name])
    if decision.budget_left:
        say(f"  budget: {decision.budget_left}")


def show_steps(steps: Sequence[StepRecord]) -> None:
    """Print each attempt with its result, and below it the calls that it made or would make."""
    for step in steps:
        say_step(step)
        for call in step.calls:
            say(f"    {call.method} {call.path}  {call.summary}")


def say_step(step: StepRecord) -> None:
    """Print one attempt of a step in a line."""
    target = f" {step.target}" if step.target else ""
    attempt = f" attempt {step.attempt}" if step.attempt > 1 else ""
    line = Text.assemble(f"  {step.action}{target}{attempt}: ", word(step.status))
    console().print(line.append(f" {step.message}".rstrip()), soft_wrap=True)


def _facts(incident: IncidentDetail) -> list[tuple[str, str | Text]]:
    ticket = f"{incident.ticket} ({incident.ticket_status})" if incident.ticket else ""
    facts: list[tuple[str, str | Text]] = [
        ("Job", f"{incident.job_name} {incident.job_id}".strip()),
        ("Run", incident.run_id),
        ("Resource", f"{incident.resource} {incident.resource_name}".strip()),
        ("Error type", incident.error_type),
        ("Breaker", incident.circuit_breaker_status),
        ("Outcome", word(incident.outcome or incident.stage)),
        ("Message", incident.message),
        ("Took", f"{incident.execution_time_seconds:.0f} s"),
        ("Ticket", ticket),
        ("Web UI", incident.links.temporal_ui),
        ("Run page", incident.links.run_page or ""),
    ]
    return [(name, value) for name, value in facts if value]
