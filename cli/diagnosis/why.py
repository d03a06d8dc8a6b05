"""Why an incident went as it did, for a person at a terminal."""

from collections.abc import Iterator

from cli.diagnosis.answer import explain, print_json
from cli.output import Format, say
from cli.visible import on_one_line
from lakemend.incident import StepRecord
from lakemend.why import Why


def show_why(record: Why, output: Format) -> None:
    """Print the record of an incident's decisions."""
    if output is Format.JSON:
        print_json(record.model_dump(mode="json"))
        return
    for line in tell(record):
        say(line)


def tell(record: Why) -> Iterator[str]:
    """Tell the record in lines, decision by decision."""
    yield on_one_line(f"{record.incident_id}: {record.outcome or record.stage}. {record.message}")
    if not record.decisions:
        yield from _undecided(record)
    for number, decision in enumerate(record.decisions, start=1):
        yield ""
        yield f"Decision {number}"
        yield from explain(decision)
    yield ""
    yield f"Breaker {on_one_line(record.breaker)}: {record.breaker_answer}".replace(" :", ":")
    for each in record.leave:
        said = ", ".join(filter(None, (each.decision, each.state)))
        yield on_one_line(f"  {each.level}: {said or 'not asked yet'}")
    yield "What was done"
    yield from map(_step, record.taken)
    if not record.taken:
        yield "  nothing"
    for handed_over in record.handed_over:
        yield f"  died with it: {on_one_line(handed_over)}"
    for note in record.notes:
        yield f"  note: {on_one_line(note)}"


def _undecided(record: Why) -> Iterator[str]:
    yield "It ended, or stands, before there was anything to decide."
    if record.inputs:
        read = record.inputs
        what = read.resource or f"run {read.run_id}"
        yield on_one_line(f"Read: {what}, {read.result}, {read.tasks} tasks")


def _step(step: StepRecord) -> str:
    target = f" {step.target}" if step.target else ""
    line = f"{step.phase}: {step.action}{target}, attempt {step.attempt}: {step.status}"
    return "  " + on_one_line(f"{line} {step.message}")
