"""`lakemend token`: a bearer token for the console and the API."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

import getpass
from typing import Annotated

import typer

from cli.runtime import current_settings

ByOption = Annotated[
    str,
    typer.Option("--by", help="Who will give orders with it.", default_factory=getpass.getuser),
]
ForOption = Annotated[str, typer.Option("--for", help="How long it is good.")]


def token(by: ByOption, lasts: ForOption = "8h") -> None:
    """Print a token to give orders with, in the console or over HTTP.

    Who can run this has the secret that tokens are signed with; keep what it prints to yourself.
    """
    from cli.tokens import operator_token

    typer.echo(operator_token(current_settings(), by, lasts))
