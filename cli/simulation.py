"""The simulated workspace in this process, and what a person needs to know about it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import simulator
from cli.output import say
from cli.ports import require_free
from cli.runtime import stop_event
from simulator.app import create_app
from simulator.records import JobRun
from simulator.scenario import Scenario, load_scenario
from simulator.serving import serve
from simulator.workspace import Workspace

EXAMPLE = Path(simulator.__file__).parent / "scenarios" / "example.yaml"


@dataclass(frozen=True)
class Simulation:
    """What was asked for."""

    file: Path
    port: int
    token: str
    time_factor: float | None
    webhook: str


async def serve_simulation(order: Simulation) -> None:
    """Serve until a signal; raises ScenarioError for a file that cannot be used."""
    stop_event()  # a signal ends the server, and is no error of this command
    scenario = load_scenario(order.file)
    if order.time_factor:
        scenario = scenario.model_copy(update={"time_factor": order.time_factor})
    if order.port:
        require_free("--port", order.port)
    app = create_app(scenario, token=order.token)
    workspace: Workspace = app.state.workspace
    workspace.notifications.targets[""] = _target(order.webhook)
    workspace.runs.finished.append(lambda run: _tell_end(workspace, run))
    workspace.actors.start()
    await serve(app, order.port, lambda address: _greet(order, scenario, address))
    say("Stopped.")


def _target(webhook: str) -> tuple[str, str, str]:
    """Take user and password out of an address."""
    parts = urlsplit(webhook)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return plain.geturl(), unquote(parts.username or ""), unquote(parts.password or "")


def _greet(order: Simulation, scenario: Scenario, address: str) -> None:
    say(f"Simulated workspace {scenario.name!r} with {len(scenario.jobs)} jobs at {address}")
    say("Point Lakemend at it, in another terminal:", style="bold")
    say(f"  export DATABRICKS_HOST={address} DATABRICKS_TOKEN={order.token}")
    say("  lakemend up")
    say("Recover a run that failed, in a third one with the same variables:", style="bold")
    say("  lakemend recover RUN_ID")
    if order.webhook:
        say(f"Notifications go to {_target(order.webhook)[0]}")
    say(f"All that can be done to it: {address}/docs")
    say("Ctrl-C ends it. Runs that end:")


def _tell_end(workspace: Workspace, run: JobRun) -> None:
    job = workspace.world.state.jobs.get(run.job_id)
    name = job.name_in_scenario if job else run.run_name
    end = run.end
    if end is None:
        return
    code = f" ({end.code})" if end.code and not end.succeeded else ""
    say(f"  {name} {run.run_id} {end.result}{code}", style="" if end.succeeded else "red")
