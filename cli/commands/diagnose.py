"""`lakemend diagnose`: what failed and why, of a run or of a text, changing nothing."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Format, OutputOption
from cli.problems import BAD_INPUT, BadInputError
from lakemend.incident import DEFAULT_WORKSPACE

if TYPE_CHECKING:
    from lakemend.evidence import Evidence
    from lakemend.settings import Settings

RunId = Annotated[str | None, typer.Argument(help="The job run that failed.")]
FileOption = Annotated[
    str | None, typer.Option("--file", metavar="FILE", help="Saved evidence; - for standard input.")
]
TextOption = Annotated[
    str | None, typer.Option("--text", metavar="FILE", help="An error text; - for standard input.")
]
LinesOption = Annotated[
    str | None,
    typer.Option("--jsonl", metavar="FILE", help='Lines {"id", "text"}; - for standard input.'),
]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace that the run belongs to.")]


def diagnose(
    run_id: RunId = None,
    *,
    file: FileOption = None,
    text: TextOption = None,
    jsonl: LinesOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    output: OutputOption = Format.TABLE,
) -> None:
    """Say what failed, why, and what would be done.

    Asks the workspace about a run; the options ask about a file, without a network. With --jsonl
    each line is answered by a line; exit code 2 when a line could not be read.
    """
    given = {"RUN_ID": run_id, "--file": file, "--text": text, "--jsonl": jsonl}
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        remedy = "Give one of RUN_ID, --file, --text and --jsonl."
        raise BadInputError("diagnose", " ".join(named), "which one is meant?", remedy)
    if jsonl is not None:
        _answer_lines(jsonl)
        return

    from cli.diagnosis.answer import decide, show
    from cli.runtime import current_settings
    from cli.visible import on_one_line

    settings = current_settings()
    if run_id is not None:
        subject, note = _run(settings, workspace, run_id)
    else:
        subject, note = _offline(file, text or "")
    if note:
        typer.echo(on_one_line(note), err=True)
    show(decide(subject, settings), output)


def _run(settings: "Settings", workspace: str, run_id: str) -> "tuple[Evidence, str]":
    from cli.diagnosis.reading import not_failed, read_evidence

    read = read_evidence(settings, workspace, run_id)
    return read, not_failed(read.run)


def _offline(file: str | None, text: str) -> "tuple[Evidence | str, str]":
    from cli.diagnosis.subject import evidence_or_text, read_text
    from lakemend.redaction import well_formed

    if file is not None:
        return evidence_or_text("--file", file)
    return well_formed(read_text("--text", text)), ""


def _answer_lines(path: str) -> None:
    from cli.diagnosis.lines import answer_lines
    from cli.diagnosis.subject import opened

    with opened("--jsonl", path) as source:
        bad = answer_lines(source, sys.stdout)
    if bad:
        typer.echo(f"{bad} lines could not be read.", err=True)
        raise typer.Exit(BAD_INPUT)
