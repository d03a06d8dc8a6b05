"""The `lakemend` command: its commands in one place, and how errors become exit codes."""

import sys
from collections.abc import Sequence

import typer

from cli.commands import (
    backtest,
    breaker,
    config,
    demo,
    diagnose,
    doctor,
    evidence,
    gate,
    incident,
    job,
    playbook,
    records,
    recover,
    serve,
    simulate,
    snapshot,
    storm,
    sweep,
    token,
    up,
)
from cli.output import error_console

app = typer.Typer(
    help="Recovers failed Databricks jobs: one durable workflow per incident.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(up.up)
app.command()(simulate.simulate)
app.command()(serve.worker)
app.command()(serve.api)
app.command()(serve.migrate)
app.command()(config.config)
app.command()(doctor.doctor)
app.command()(recover.recover)
app.command()(sweep.sweep)
app.command()(diagnose.diagnose)
app.command()(evidence.evidence)
app.command()(backtest.backtest)
app.command()(gate.pause)
app.command()(gate.resume)
app.command()(token.token)
app.add_typer(incident.app, name="incident")
app.add_typer(job.app, name="job")
app.add_typer(breaker.app, name="breaker")
app.add_typer(gate.app, name="gate")
app.add_typer(storm.app, name="storm")
app.add_typer(playbook.app, name="playbook")
app.add_typer(snapshot.app, name="snapshot")
app.add_typer(records.app, name="records")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 fine, 1 wrong, 2 bad input."""
    try:
        app(args=arguments, prog_name="lakemend")
    except Exception as error:
        # its own imports take a while, which only an error has to wait for
        from cli.endings import ending_of  # noqa: PLC0415

        ending = ending_of(error)
        if ending is None:
            raise
        console = error_console()
        console.print(f"error: {ending.problem}", soft_wrap=True)
        if ending.remedy:
            console.print(ending.remedy, soft_wrap=True)
        sys.exit(ending.exit_code)
