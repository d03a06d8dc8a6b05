"""`lakemend simulate`: the simulated workspace alone, to try Lakemend and playbooks on."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from pathlib import Path
from typing import Annotated

import typer

from cli.runtime import run

ScenarioFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="What the workspace holds; a small example if left out.",
        exists=True,
        dir_okay=False,
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Where it listens; 0 takes a free one.")
]
TokenOption = Annotated[str, typer.Option("--token", help="Bearer token that opens it.")]
FactorOption = Annotated[
    float | None,
    typer.Option("--time-factor", min=0.001, help="Divides every duration of the scenario."),
]
WebhookOption = Annotated[
    str,
    typer.Option(
        "--webhook", help="Where its notifications go, like http://USER:PASSWORD@HOST/PATH."
    ),
]
ExampleOption = Annotated[
    bool, typer.Option("--example", help="Print the example scenario, to begin one of your own.")
]


def simulate(
    file: ScenarioFile = None,
    *,
    port: PortOption = 8400,
    token: TokenOption = "simulated-token",  # noqa: S107 - opens nothing but the simulation
    time_factor: FactorOption = None,
    webhook: WebhookOption = "",
    example: ExampleOption = False,
) -> None:
    """Serve a simulated Databricks workspace until Ctrl-C.

    Its jobs begin to run at once, and each run that ends is told in a line.
    """
    from cli.simulation import EXAMPLE, Simulation, serve_simulation

    if example:
        typer.echo(EXAMPLE.read_text(encoding="utf-8"), nl=False)
        return
    order = Simulation(file or EXAMPLE, port, token, time_factor, webhook)
    run(serve_simulation(order))
