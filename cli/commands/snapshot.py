"""`lakemend snapshot`: settings as they were before a change, for people who look or put back."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.output import Format, OutputOption
from cli.runtime import current_settings, run

app = typer.Typer(help="Settings as they were before a change.", no_args_is_help=True)

SnapshotArgument = Annotated[
    str, typer.Argument(metavar="SNAPSHOT", help="As `lakemend snapshot list` shows it.")
]
ResourceOption = Annotated[str, typer.Option(help="Only those of it, like job-123.")]
IncidentOption = Annotated[str, typer.Option(help="Only those that this incident took.")]
LimitOption = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who gives the order.", default_factory=getpass.getuser)
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("list")
def list_(
    resource: ResourceOption = "",
    incident: IncidentOption = "",
    limit: LimitOption = 50,
    output: OutputOption = Format.TABLE,
) -> None:
    """List snapshots, newest first."""
    from cli.snapshots import list_snapshots, show_snapshots

    chosen = run(list_snapshots(current_settings(), resource, incident, limit))
    show_snapshots(chosen, output)


@app.command()
def show(snapshot: SnapshotArgument) -> None:
    """Print the settings as JSON; what may be a secret is hidden."""
    from cli.snapshots import show_snapshot, stored_snapshot

    show_snapshot(run(stored_snapshot(current_settings(), snapshot)))


@app.command()
def diff(snapshot: SnapshotArgument) -> None:
    """Name the fields in which the workspace differs from the snapshot now."""
    from cli.snapshots import compare, show_difference

    show_difference(run(compare(current_settings(), snapshot)))


@app.command()
def restore(snapshot: SnapshotArgument, by: ByOption, *, yes: YesOption = False) -> None:
    """Put the settings of a snapshot back, after showing what that changes."""
    from cli.snapshots import compare, put_snapshot_back, settle, show_difference, show_restored

    settings = current_settings()
    difference = run(compare(settings, snapshot))
    show_difference(difference)
    if not difference.fields:
        run(settle(settings, difference.snapshot))
        return
    if not yes:
        typer.confirm("Put these back?", abort=True)
    show_restored(run(put_snapshot_back(settings, difference, by)))


@app.command()
def accept(snapshot: SnapshotArgument, by: ByOption) -> None:
    """Let a change stay: nothing is put back, and the snapshot may go when its time is over."""
    from cli.output import say
    from cli.snapshots import accept_snapshot

    accepted = run(accept_snapshot(current_settings(), snapshot, by))
    if accepted.settled_at:
        say(f"{snapshot} was settled before, {accepted.settled_at:%Y-%m-%d %H:%M} UTC.")
        return
    say(f"{accepted.resource} stays as it is; {snapshot} is settled.")
