"""`lakemend doctor`: looks at every part and says what to do about each failure."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import typer

from cli.output import Format, OutputOption, say_json
from cli.problems import WRONG
from cli.runtime import current_settings, run


def doctor(output: OutputOption = Format.TABLE) -> None:
    """Check every part, and say what to do.

    Looks at workspace, rights, Temporal, records and webhook. Exit code 1 when something is wrong.
    """
    from cli.doctor.examination import examine
    from cli.doctor.finding import is_wrong, show

    as_table = output is Format.TABLE
    findings = run(examine(current_settings(), show if as_table else None))
    if not as_table:
        say_json([finding._asdict() for finding in findings])
    if any(map(is_wrong, findings)):
        raise typer.Exit(WRONG)
