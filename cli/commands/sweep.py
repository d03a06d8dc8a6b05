"""`lakemend sweep`: failed runs that no message told of, looked for at once."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.runtime import current_settings, require_workspace, run
from lakemend.incident import DEFAULT_WORKSPACE

SinceOption = Annotated[
    str | None,
    typer.Option(help="How far back, like 2h; LAKEMEND_SWEEP_LOOK_BACK if not given."),
]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace to look in.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what it finds; start no incident.")
]


def sweep(
    *,
    since: SinceOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    dry_run: DryRunOption = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Find failed runs that no message told of, now.

    The workers do it regularly by themselves; what is known already is left alone.
    """
    from cli.sweep import request_of, show_sweep, sweep_now

    settings = current_settings()
    name = require_workspace(workspace, settings)
    request = request_of(settings, name, since, dry_run=dry_run)
    show_sweep(run(sweep_now(settings, request)), output, dry_run=dry_run)
