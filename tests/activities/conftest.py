"""Activities against a simulated workspace over HTTP, with records in a SQLite file.

The workspace's time stands still, and moves only where a test waits for something: how quick the
machine is changes nothing.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from typing_extensions import override

from activities.actions.table import ACTIONS, action_activities
from activities.workspace import Json, Workspace, Workspaces
from lakemend.setting_types import WorkspaceConnection
from lakemend.step import StepInput, StepResult, Target
from records import Records, migrate, open_records
from simulator.client import Control
from simulator.server import SimulatorProcess

STEP_SECONDS = 5  # shorter than any state that a test wants to see
MOST_STEPS = 5000


class SteppingControl(Control):
    """Waits by moving the time on, a little after each look."""

    @override
    def wait_until(self, reached: Callable[[], bool], timeout: float = 120) -> None:
        for _ in range(MOST_STEPS):
            if reached():
                return
            self.advance(STEP_SECONDS)
        raise TimeoutError("the simulated workspace never gets there")


@dataclass
class Lab:
    """A simulated workspace, what people do in it, and our activities on it."""

    control: Control
    workspaces: Workspaces
    records: Records
    heartbeats: list[Sequence[Any]] = field(default_factory=list[Sequence[Any]])

    @property
    def workspace(self) -> Workspace:
        return self.workspaces.of("default")

    @property
    def now(self) -> datetime:
        """What the workspace's clock says."""
        return datetime.fromtimestamp(self.control.status()["now"], UTC)

    def let_pass(self) -> None:
        """Move the time on a little, so that what comes next is later than what was."""
        self.control.advance(STEP_SECONDS)

    def fail(self, job: str, parameters: dict[str, str] | None = None) -> str:
        """Run a job to its failure and return the run's id."""
        run_id = self.control.run_job(job, parameters)
        assert self.control.wait_for_run(run_id)["result"] == "FAILED"
        self.let_pass()
        return str(run_id)

    def settings(self, job: str) -> Json:
        return self.workspace.get_job(str(self.control.job_id(job)))["settings"]

    def cluster(self, name: str) -> Json:
        return self.workspace.get_cluster(self.control.cluster_id(name))

    def calls(self, path: str) -> list[Json]:
        """The bodies of the calls to one path, oldest first."""
        logged = self.control.requests()
        return [json.loads(each["body"]) for each in logged if each["path"].endswith(path)]

    def step(self, action: str, **fields: Any) -> StepInput:
        """Build one attempt of a step."""
        defaults: dict[str, Any] = {
            "workspace": "default",
            "incident_id": "incident:default:run-1",
            "token": f"{action}/1",
            "action": action,
            "run_id": "1",
        }
        return StepInput.model_validate(defaults | fields)

    def cluster_step(self, action: str, cluster: str, **fields: Any) -> StepInput:
        target = Target.model_validate({"kind": "cluster", "id": self.control.cluster_id(cluster)})
        return self.step(action, target=target, **fields)

    def job_step(self, action: str, job: str, key: str = "main", **fields: Any) -> StepInput:
        target = Target.model_validate(
            {"kind": "job", "id": str(self.control.job_id(job)), "job_cluster_key": key}
        )
        return self.step(action, target=target, **fields)

    def act(self, step: StepInput, number: int = 1) -> StepResult:
        """Make one try of a step; a later try finds the last heartbeat of the ones before."""
        self.let_pass()
        activities = dict(
            zip(ACTIONS, action_activities(self.workspaces, self.records), strict=True)
        )
        return self.run(activities[step.action], step, number)

    def run(self, activity: Callable[[Any], Any], argument: Any, number: int = 1) -> Any:
        """Run any activity as the worker would."""
        environment = ActivityEnvironment()
        details = self.heartbeats[-1] if self.heartbeats and number > 1 else ()
        environment.info = replace(
            ActivityEnvironment.default_info(), attempt=number, heartbeat_details=details
        )
        environment.on_heartbeat = lambda *beat: self.heartbeats.append(beat)
        return environment.run(activity, argument)

    def act_and_wait(self, step: StepInput) -> None:
        """Make one try of a step that will have to wait."""
        with pytest.raises(ApplicationError, match=step.target.id if step.target else ""):
            self.act(step)

    def act_until_done(self, step: StepInput) -> StepResult:
        """Try a step as often as it asks for."""
        for number in range(1, MOST_STEPS):
            try:
                return self.act(step, number)
            except ApplicationError as error:
                if error.type != "StillChanging":
                    raise
        raise AssertionError("the step does not end")


@pytest.fixture(scope="module")
def simulator(scenario: str) -> Iterator[SimulatorProcess]:
    """The simulated workspace of a module, from its `scenario` fixture."""
    with SimulatorProcess(scenario, options=("--time-factor", "600", "--frozen")) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def workspaces(simulator: SimulatorProcess) -> Workspaces:
    connection = WorkspaceConnection(host=simulator.address, token=SecretStr(simulator.token))
    return Workspaces({"default": connection})


@pytest.fixture
def lab(simulator: SimulatorProcess, workspaces: Workspaces, tmp_path: Path) -> Iterator[Lab]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    records = open_records(url)
    control = SteppingControl(simulator.address)
    yield Lab(control, workspaces, records)
    control.clear_faults()
    control.close()
    records.close()
