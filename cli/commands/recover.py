"""`lakemend recover`: an incident by hand, followed to its end."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from collections.abc import Mapping
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.problems import WRONG, BadInputError
from cli.runtime import current_settings, require_workspace, run
from lakemend.incident import DEFAULT_WORKSPACE, IncidentInput, Outcome, resource_name

RunId = Annotated[str | None, typer.Argument(help="The job run that failed.")]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", metavar="ID", help="A cluster that failed.")
]
PipelineOption = Annotated[
    str | None, typer.Option("--pipeline", metavar="ID", help="A pipeline that failed.")
]
WarehouseOption = Annotated[
    str | None, typer.Option("--warehouse", metavar="ID", help="A SQL warehouse that failed.")
]
WorkspaceOption = Annotated[str, typer.Option(help="The workspace that it belongs to.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the plan with its exact calls; change nothing.")
]
ByOption = Annotated[
    str, typer.Option("--by", help="Who asks for it.", default_factory=getpass.getuser)
]


def recover(  # noqa: PLR0913 each argument is an option of the command
    by: ByOption,
    run_id: RunId = None,
    *,
    cluster: ClusterOption = None,
    pipeline: PipelineOption = None,
    warehouse: WarehouseOption = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    dry_run: DryRunOption = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Recover a failed run, cluster, pipeline or warehouse.

    Follows the incident to its end; leaving by Ctrl-C does not stop it. Exit code 1 when it was
    escalated.
    """
    from cli.recovery import recover_and_follow

    resources = {"cluster": cluster, "pipeline": pipeline, "warehouse": warehouse}
    failed_run, resource = _subject(run_id, resources)
    settings = current_settings()
    name = require_workspace(workspace, settings)
    incident = IncidentInput(
        workspace=name, run_id=failed_run, resource=resource, dry_run=dry_run, requested_by=by
    )
    view = run(recover_and_follow(settings, incident, output))
    if view.outcome is Outcome.ESCALATED and not dry_run:
        raise typer.Exit(WRONG)


def _subject(run_id: str | None, resources: Mapping[str, str | None]) -> tuple[str, str]:
    """Return the run or the resource that was named; raises BadInputError unless it is one."""
    named = {kind: id_ for kind, id_ in {"run": run_id, **resources}.items() if id_ is not None}
    if len(named) != 1:
        given = ", ".join(named) or "nothing"
        remedy = "Give RUN_ID, --cluster ID, --pipeline ID or --warehouse ID, and only one of them."
        raise BadInputError("RUN_ID", given, "one failed thing is recovered at a time", remedy)
    ((kind, id_),) = named.items()
    if kind != "run":
        return "", _resource(kind, id_)
    if not id_.isdecimal():
        remedy = "Give the id of the job run, as in the address of its page."
        raise BadInputError("RUN_ID", id_, "a run's id is a number", remedy)
    return id_, ""


def _resource(kind: str, id_: str) -> str:
    try:
        return resource_name(kind, id_)
    except ValueError as error:
        remedy = "Give the id as in the address of its page."
        raise BadInputError(f"--{kind}", id_, str(error), remedy) from error
