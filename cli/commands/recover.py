"""`lakemend recover`: an incident by hand, followed to its end."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.problems import WRONG, BadInputError
from cli.runtime import current_settings, require_workspace, run
from lakemend.incident import DEFAULT_WORKSPACE, IncidentInput, Outcome

RunId = Annotated[str, typer.Argument(help="The job run that failed.")]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace that the run belongs to.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the plan with its exact calls; change nothing.")
]
ByOption = Annotated[
    str, typer.Option("--by", help="Who asks for it.", default_factory=getpass.getuser)
]


def recover(
    run_id: RunId,
    by: ByOption,
    *,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    dry_run: DryRunOption = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Recover a failed run, or print the plan.

    Follows the incident to its end; leaving by Ctrl-C does not stop it. Exit code 1 when it was
    escalated.
    """
    from cli.recovery import recover_and_follow

    if not run_id.isdecimal():
        remedy = "Give the id of the job run, as in the address of its page."
        raise BadInputError("RUN_ID", run_id, "a run's id is a number", remedy)
    settings = current_settings()
    name = require_workspace(workspace, settings)
    incident = IncidentInput(workspace=name, run_id=run_id, dry_run=dry_run, requested_by=by)
    view = run(recover_and_follow(settings, incident, output))
    if view.outcome is Outcome.ESCALATED and not dry_run:
        raise typer.Exit(WRONG)
