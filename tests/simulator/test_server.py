import time
from pathlib import Path

import pytest

from simulator.server import SimulatorProcess

SCENARIO = """
time_factor: 100
jobs:
  flaky: {settings: {tasks: [{task_key: main}]}, tasks: {main: {fails: {kind: network, times: 1}}}}
  slow: {settings: {tasks: [{task_key: main}]}, tasks: {main: {duration: 60s}}}
"""


def test_durations_pass_in_real_time_divided_by_the_factor() -> None:
    with SimulatorProcess(SCENARIO) as simulator:
        began = time.monotonic()
        run_id = simulator.control.run_job("slow")
        run = simulator.control.wait_for_run(run_id)

        assert run["result"] == "SUCCESS"
        assert 0.5 < time.monotonic() - began < 60


def test_killed_workspace_goes_on_where_it_was(tmp_path: Path) -> None:
    with SimulatorProcess(SCENARIO, state_file=tmp_path / "state.json") as simulator:
        control, address = simulator.control, simulator.address
        failed = control.run_job("flaky")
        control.wait_for_run(failed)
        running = control.run_job("slow")
        time.sleep(0.5)

        simulator.stop(kill=True)
        simulator.start()

        assert simulator.address == address
        assert simulator.control.run(failed)["result"] == "FAILED"
        assert simulator.control.wait_for_run(running)["result"] == "SUCCESS"
        simulator.control.repair_as_person(failed)
        assert simulator.control.wait_for_run(failed)["result"] == "SUCCESS"


def test_wrong_scenario_stops_the_start(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        SimulatorProcess("colour: red").start()

    assert "colour: Extra inputs are not permitted" in capfd.readouterr().err


def test_empty_workspace_needs_no_scenario() -> None:
    with SimulatorProcess() as simulator:
        assert simulator.control.status()["jobs"] == {}
