"""Scenario files: what a workspace holds, what fails in it, and what would cure it.

The format is described in docs/simulator.md. Unknown keys are refused; an error names the file, the
line and the field.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from simulator.durations import Duration
from simulator.faults import Fault
from simulator.scenario.compute import (
    ClusterEntry,
    Delays,
    IndexGap,
    NodeType,
    PoolEntry,
    StartFailure,
    StatementAnswer,
    StockOut,
    WarehouseEntry,
)
from simulator.scenario.entry import ZERO, Entry, Json
from simulator.scenario.jobs import Failures, JobEntry
from simulator.scenario.lines import line_of

Place = tuple[int | str, ...]


class ScenarioError(Exception):
    """A scenario cannot be used; each line of the message names file, line and one field."""

    def __init__(self, source: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{source}:{problem}" for problem in problems))
        self.problems = problems


class Destination(Entry):
    """A notification destination. Without a `url` it goes to the one given at the start."""

    id: str
    url: str = ""
    user: str = ""
    password: str = ""


class WebhookRules(Entry):
    """How notifications travel: ids as text or numbers, lost, late, repeated, in disorder."""

    ids: Literal["strings", "integers"] = "strings"
    delay: Duration = ZERO
    duplicates: int = 0
    drop_first: int = 0
    reorder: bool = False
    on_repairs: bool = True


class AzureAlertRule(Entry):
    """A rule of Azure Monitor on clusters that end by a failure; all of them, or those named."""

    destination: str = "azure"
    clusters: list[str] = []
    delay: Duration = timedelta(minutes=5)
    duplicates: int = 0
    resolved_after: Duration | None = None


class Actor(Entry):
    """Somebody who acts when the nth run of a job reaches a state, or at a time."""

    job: str = ""
    when: Literal["failed", "started", "succeeded", "time"] = "failed"
    nth: int = 1
    at: Duration = ZERO
    delay: Duration = ZERO
    do: Literal[
        "repair_run", "run_now", "cancel_run", "edit_settings", "terminate_cluster", "delete_job"
    ]
    target: str = ""
    settings: Json = {}
    reason: StartFailure = StartFailure(code="USER_REQUEST", type="SUCCESS")


class PipelineEntry(Entry):
    """A pipeline and the ways in which its updates fail."""

    spec: Json
    duration: Duration = timedelta(minutes=1)
    fails: Failures = []
    retries: int = 0


class Scenario(Entry):
    """A whole workspace."""

    name: str = "workspace"
    description: str = ""
    workspace_id: int = 4_611_686_018_427_387_905
    user: str = "recovery@example.com"
    time_factor: float = Field(default=1, gt=0)
    zones: list[str] = ["us-west-2a", "us-west-2b", "us-west-2c"]
    delays: Delays = Delays()
    node_types: list[NodeType] = []
    capacity: list[StockOut] = []
    library_index: list[IndexGap] = []
    defaults: Json = {}
    destinations: list[Destination] = []
    webhooks: WebhookRules = WebhookRules()
    azure_alerts: AzureAlertRule | None = None
    clusters: dict[str, ClusterEntry] = {}
    jobs: dict[str, JobEntry] = {}
    actors: list[Actor] = []
    faults: list[Fault] = []
    pools: dict[str, PoolEntry] = {}
    warehouses: dict[str, WarehouseEntry] = {}
    statements: list[StatementAnswer] = []
    pipelines: dict[str, PipelineEntry] = {}
    repairs_keep_parameters: bool = False


def parse_scenario(text: str, source: str = "scenario") -> Scenario:
    """Read a scenario from YAML; raises ScenarioError."""
    root, content = _read(text, source)
    try:
        scenario = Scenario.model_validate(content or {})
    except ValidationError as error:
        problems = [_problem(root, each["loc"], each["msg"]) for each in error.errors()]
        raise ScenarioError(source, problems) from error
    names = [_problem(root, place, problem) for place, problem in _unknown_names(scenario)]
    if names:
        raise ScenarioError(source, names)
    return scenario.model_copy(update={"jobs": dict(_copied(scenario))})


def _copied(scenario: Scenario) -> Iterator[tuple[str, JobEntry]]:
    for name, job in scenario.jobs.items():
        if job.copies == 1:
            yield name, job
            continue
        for number in range(1, job.copies + 1):
            yield f"{name}-{number:03d}", job


def _read(text: str, source: str) -> tuple[yaml.Node | None, object]:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(source, [f"{line}: yaml: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise ScenarioError(source, [f"1: yaml: {error}"]) from error


def _problem(root: yaml.Node | None, place: Place, problem: str) -> str:
    field = ".".join(str(part) for part in place) or "scenario"
    return f"{line_of(root, place)}: {field}: {problem}"


def _unknown_names(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    """Find what is said about tasks, jobs and clusters that are not there: it would do nothing."""
    for name, job in scenario.jobs.items():
        keys = [str(task.get("task_key")) for task in job.settings.get("tasks", [])]
        for key in job.tasks:
            if key not in keys:
                known = ", ".join(keys) or "none"
                yield ("jobs", name, "tasks", key), f"its settings have no such task, only {known}"
    for number, actor in enumerate(scenario.actors):
        if actor.job and actor.job not in scenario.jobs:
            yield ("actors", number, "job"), f"there is no job {actor.job!r}"
        if actor.target and actor.target not in {*scenario.jobs, *scenario.clusters}:
            yield ("actors", number, "target"), f"there is no job or cluster {actor.target!r}"


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file; raises ScenarioError."""
    return parse_scenario(path.read_text(encoding="utf-8"), str(path))
