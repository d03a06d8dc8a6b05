"""What a trial prints: the steps of each incident, the calls, and the verdict."""

from collections import Counter

from rich.text import Text

from cli.output import Format, console, say, say_json, table, word
from cli.trial.verdict import Trial
from cli.visible import visible
from lakemend.incident import IncidentView, StepRecord


def show_trial(trial: Trial, output: Format) -> None:
    """Print it for a person or a program."""
    if output is Format.JSON:
        say_json(_as_json(trial))
        return
    for incident in trial.incidents:
        _show_incident(incident)
    say("Calls that changed the workspace", style="bold")
    counted = Counter((call.path, call.about, str(call.status)) for call in trial.verdict.calls)
    rows = [[path, about, status, str(n)] for (path, about, status), n in sorted(counted.items())]
    console().print(table(["POST", "About", "Status", "Times"], rows))
    for problem in trial.problems:
        _print(Text(f"not as it must be: {visible(problem)}", style="red"))
    if not trial.problems:
        _print(Text(f"{trial.playbook} passed: every incident ended as it should.", "green"))


def _show_incident(incident: IncidentView) -> None:
    name = f"{incident.job_name or 'run'} {incident.run_id}"
    _print(Text.assemble((name, "bold"), ": ", word(incident.outcome or incident.stage)))
    if incident.diagnosis:
        found = incident.diagnosis
        _print(Text(f"{found.cause} ({found.confidence:.0%}): {visible(found.summary)}"))
    _print(Text(f"{incident.playbook or 'no playbook'}: {visible(incident.message)}"))
    for note in incident.notes:
        _print(Text(f"note: {visible(note)}"))
    if incident.steps:
        rows = [_row(step) for step in incident.steps]
        console().print(table(["Step", "Phase", "Result", "What was done"], rows))


def _row(step: StepRecord) -> list[str | Text]:
    attempt = f" {step.attempt}" if step.attempt > 1 else ""
    told = [step.message, *(f"{call.method} {call.path}" for call in step.calls)]
    done = "\n".join(visible(each) for each in told if each)
    return [f"{step.action}{attempt}", step.phase, word(step.status), done]


def _print(text: Text) -> None:
    """Print at the console's width; nothing here is to be copied in one piece."""
    console().print(text)


def _as_json(trial: Trial) -> dict[str, object]:
    return {
        "playbook": trial.playbook,
        "passed": not trial.problems,
        "problems": list(trial.problems),
        "incidents": [incident.model_dump(mode="json") for incident in trial.incidents],
        "calls": [vars(call) for call in trial.verdict.calls],
    }
