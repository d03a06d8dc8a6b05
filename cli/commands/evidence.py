"""`lakemend evidence`: what a diagnosis reads, in a file that can be passed on."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from pathlib import Path
from typing import Annotated

import typer

from cli.output import say
from lakemend.incident import DEFAULT_WORKSPACE

RunId = Annotated[str, typer.Argument(help="The job run that failed.")]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace that the run belongs to.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
]


def evidence(
    run_id: RunId, *, workspace: WorkspaceOption = DEFAULT_WORKSPACE, out: OutOption = None
) -> None:
    """Save a run's evidence, secrets hidden.

    `lakemend diagnose --file` reads it back without a workspace.
    """
    from cli.diagnosis.reading import read_evidence
    from cli.diagnosis.saving import save, shareable, written
    from cli.runtime import current_settings

    read = shareable(read_evidence(current_settings(), workspace, run_id))
    if out is None:
        typer.echo(written(read), nl=False)
        return
    save(read, out)
    say(f"{out}: {len(read.failed_tasks)} failed tasks, {len(read.unread)} pieces unread.")
