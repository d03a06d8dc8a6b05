"""`lakemend job`: what a job used of its budgets, and what is remembered to have helped it."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.problems import BadInputError
from cli.runtime import current_settings, run
from lakemend.diagnosis import Cause
from lakemend.incident import DEFAULT_WORKSPACE

app = typer.Typer(help="What is known of a job's recoveries.", no_args_is_help=True)

JobArgument = Annotated[str, typer.Argument(metavar="JOB_ID", help="As in the job's address.")]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace that it belongs to.")]
CauseOption = Annotated[Cause | None, typer.Option(help="Only against this cause; else all.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who gives the order.", default_factory=getpass.getuser)
]


@app.command()
def show(
    job: JobArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    output: OutputOption = Format.TABLE,
) -> None:
    """Show what is left of its budgets, and with what its next plan begins."""
    from cli.jobs import job_past, show_past

    show_past(run(job_past(current_settings(), workspace, _job_id(job))), output)


@app.command()
def forget(
    job: JobArgument,
    by: ByOption,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    cause: CauseOption = None,
) -> None:
    """Forget what helped it: the next plan begins as the playbook does."""
    from cli.jobs import forget_what_helped, show_past

    past = run(forget_what_helped(current_settings(), workspace, _job_id(job), cause or "", by))
    show_past(past, Format.TABLE)


def _job_id(job: str) -> str:
    if not job.isdecimal():
        remedy = "Give the id of the job, as in the address of its page."
        raise BadInputError("JOB_ID", job, "a job's id is a number", remedy)
    return job
