"""`python -m simulator`: a simulated workspace on a port of this machine."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from simulator.app import DEFAULT_TOKEN, create_app
from simulator.scenario import Scenario, ScenarioError, load_scenario
from simulator.serving import serve


def main() -> None:
    """Serve until stopped; one JSON line on standard output tells the address when ready."""
    options = _options()
    try:
        scenario = load_scenario(options.scenario) if options.scenario else Scenario()
    except (ScenarioError, OSError) as error:
        sys.exit(str(error))
    if options.time_factor:
        scenario = scenario.model_copy(update={"time_factor": options.time_factor})
    app = create_app(scenario, token=options.token, state_file=options.state)
    workspace = app.state.workspace
    if options.webhook_url:
        target = options.webhook_url, options.webhook_user, options.webhook_password
        workspace.notifications.targets[""] = target
    if options.frozen:
        workspace.world.clock.set_pace(None, frozen=True)
    if not options.hold:
        workspace.actors.start()
    asyncio.run(serve(app, options.port, lambda address: _tell(address, options.token)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=main.__doc__)
    parser.add_argument("--scenario", type=Path, help="YAML file; an empty workspace without")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="bearer token of the API")
    parser.add_argument("--webhook-url", default="", help="where notifications go")
    parser.add_argument("--webhook-user", default="")
    parser.add_argument("--webhook-password", default="")
    parser.add_argument("--time-factor", type=float, help="divides every duration")
    parser.add_argument("--state", type=Path, help="file that survives a restart")
    parser.add_argument("--hold", action="store_true", help="wait for POST /simulator/start")
    parser.add_argument("--frozen", action="store_true", help="time moves by the control API only")
    return parser.parse_args()


def _tell(address: str, token: str) -> None:
    sys.stdout.write(json.dumps({"address": address, "token": token}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
