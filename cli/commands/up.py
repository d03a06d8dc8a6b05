"""`lakemend up`: embedded Temporal server, worker and API against a real workspace."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from cli.runtime import current_settings, run


def up() -> None:
    """Run Temporal, worker and API in one command.

    Needs DATABRICKS_HOST and DATABRICKS_TOKEN; makes its own secrets where none are set. Ctrl-C
    stops it, and open incidents go on at the next start.
    """
    from cli.parts.together import serve_together

    run(serve_together(current_settings()))
