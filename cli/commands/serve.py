"""`lakemend worker | api | migrate`: the parts, each alone, against any Temporal."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from typing import Annotated

import typer

from cli.output import say
from cli.runtime import current_settings, run

DemoOption = Annotated[bool, typer.Option("--demo", hidden=True)]


def worker() -> None:
    """Run the worker, which recovers incidents."""
    from cli.parts.worker import serve_worker

    run(serve_worker(current_settings()))


def api(*, demo: DemoOption = False) -> None:
    """Run the API: webhooks, incidents, breakers."""
    import uvloop

    from cli.parts.api import serve_api

    uvloop.run(serve_api(current_settings().model_copy(update={"demo": demo})))


def migrate() -> None:
    """Bring the record store to this version's tables."""
    from records import migrate as migrate_records

    migrate_records(current_settings().records_url)
    say("The record store is up to date.")
