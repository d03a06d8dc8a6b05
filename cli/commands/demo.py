"""`lakemend demo`: a dozen failing jobs of a simulated workspace, recovered while one watches."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from typing import Annotated

import typer

from cli.demo.scene import SCENES, SceneName
from cli.problems import WRONG
from cli.runtime import run

StayOption = Annotated[bool, typer.Option("--stay", help="Keep everything running afterwards.")]
KeepPortsOption = Annotated[
    bool,
    typer.Option("--keep-ports", help="Fail when a port is taken, instead of the next free one."),
]


SceneOption = Annotated[
    SceneName,
    typer.Option("--scene", help="Failures of every kind, or a storm: 200 jobs fail at once."),
]


def demo(
    *,
    scene: SceneOption = SceneName.FAILURES,
    stay: StayOption = False,
    keep_ports: KeepPortsOption = False,
) -> None:
    """Recover failing jobs of a simulated workspace.

    Needs no Databricks and changes nothing outside a folder of its own. Exit code 0 only if every
    incident ended as its scenario says.
    """
    from cli.demo.play import play_demo

    if not run(play_demo(SCENES[scene], stay=stay, keep_ports=keep_ports)):
        raise typer.Exit(WRONG)
