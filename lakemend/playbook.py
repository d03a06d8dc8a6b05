"""A playbook: the declared recovery for one error type, one YAML file each.

A file is parsed at the door into frozen models with unknown keys refused; an error names file, line
and field. What a playbook leaves out comes from the settings when the plan is made.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from lakemend.actions import ACTIONS, ESCALATE
from lakemend.backoff import Backoff
from lakemend.breaker.settings import (
    BreakerSettings,
    LateReports,
    check_late_reports,
    override,
)
from lakemend.checks import CheckName
from lakemend.condition import Condition, Strict, parse_condition
from lakemend.diagnosis import Cause
from lakemend.durations import Duration
from lakemend.errors import PlaybookError
from lakemend.step import SqlQuery

SHIPPED = Path(__file__).parent / "playbooks"


class Attempts(Strict):
    """How often a step is tried before it has failed; pauses are durable timers."""

    max: Annotated[int, Field(ge=1, le=10)] | None = None
    backoff: Backoff = Backoff.EXPONENTIAL
    base: Duration | None = None
    max_delay: Duration | None = None


class Step(Strict):
    """One action and when it applies.

    `timeout` bounds the action's call until it is confirmed, `run_timeout` the wait for the run
    that it started.
    """

    action: str
    parameters: dict[str, Any] = Field(default={}, alias="with")
    when: Annotated[
        Condition | None, BeforeValidator(parse_condition, json_schema_input_type=str | None)
    ] = None
    attempts: Attempts | None = None
    timeout: Duration | None = None
    run_timeout: Duration | None = None
    why: str = ""

    @model_validator(mode="after")
    def _action_exists_and_takes_these(self) -> Self:
        kind = ACTIONS.get(self.action)
        if kind is None:
            known = ", ".join(ACTIONS)
            raise ValueError(f"there is no action {self.action!r}; the actions are {known}")
        kind.parameters.model_validate(self.parameters)
        return self


class Health(Strict):
    """What must be well after a step; `run_succeeded` is always looked at."""

    timeout: Duration | None = None
    checks: tuple[CheckName, ...] = (CheckName.RUN_SUCCEEDED,)
    duration_factor: Annotated[float, Field(gt=1)] = 3
    sql: SqlQuery | None = None
    accept_failures: bool = False
    """Whether a run that succeeded with failures is enough."""

    @model_validator(mode="after")
    def _sql_check_has_its_statement(self) -> Self:
        if ("sql_check" in self.checks) is not (self.sql is not None):
            raise ValueError("sql_check and the statement in `sql` go together")
        return self


class BreakerSpec(BreakerSettings):
    """The circuit breaker of this error type; what is left out comes from the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Literal["job", "cluster", "workspace"] = "job"

    @field_validator("late_reports")
    @classmethod
    def _keeps_to_its_probes(cls, value: LateReports) -> LateReports:
        check_late_reports(value)
        return value

    def over(self, defaults: BreakerSettings) -> BreakerSettings:
        """Return the defaults with what the playbook declares."""
        declared = self.model_fields_set - {"scope"}
        return override(defaults, self.model_dump(include=declared))


class Limits(Strict):
    """How far the steps may go; the smaller of these and the settings counts."""

    max_workers: Annotated[int, Field(ge=1)] | None = None
    max_cost_factor: Annotated[float, Field(ge=1)] = 4
    max_attempts_per_job_and_day: Annotated[int, Field(ge=1)] | None = None
    max_cost_factor_per_day: Annotated[float, Field(ge=1)] | None = None


class Playbook(Strict):
    """The recovery for one error type. No steps means: only a person can help."""

    error_type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]+$")]
    description: str
    causes: tuple[Cause, ...]
    steps: tuple[Step, ...] = ()
    ladder: tuple[tuple[Step, ...], ...] = ()
    """Rungs to climb when `steps` did not help, one after the other, each from the beginning."""
    fallback: tuple[Step, ...] = ()
    chain: tuple[str, ...] = ()
    health: Health = Health()
    breaker: BreakerSpec | None = BreakerSpec()
    approval: Literal["policy"] = "policy"
    snapshot: bool = True
    keep_change: bool = False
    edit_deployed: bool = False
    memory: bool = True
    limits: Limits = Limits()
    content_hash: str = ""

    @model_validator(mode="after")
    def _every_phase_proves_itself(self) -> Self:
        for name, steps in self.phases:
            proofs = [ACTIONS[each.action].starts_run or each.action == ESCALATE for each in steps]
            if steps and not any(proofs):
                raise ValueError(
                    f"{name} never runs the failed tasks again, so it could not show that it "
                    "helped; add repair_run or rerun_job, or escalate"
                )
        if not self.snapshot and self._changes_settings and not self.keep_change:
            raise ValueError("without a snapshot a change cannot be put back; set keep_change")
        return self

    @property
    def phases(self) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        """What is tried in order, each with its name: `steps`, `rung 1` and so on, `fallback`."""
        rungs = ((f"rung {number}", rung) for number, rung in enumerate(self.ladder, start=1))
        return (("steps", self.steps), *rungs, ("fallback", self.fallback))

    @property
    def _changes_settings(self) -> bool:
        steps = [step for _, phase in self.phases for step in phase]
        return any(ACTIONS[step.action].changes_settings for step in steps)


Playbooks = dict[str, Playbook]


def load_playbooks(folder: Path = SHIPPED) -> Playbooks:
    """Load every playbook of a folder by error type; the first wrong one raises PlaybookError."""
    playbooks = read_folder(folder)
    for playbook in playbooks.values():
        check_chain(playbook, playbooks)
    return playbooks


def read_folder(folder: Path) -> Playbooks:
    """Load a folder whose playbooks may chain to those of another; raises PlaybookError."""
    playbooks: Playbooks = {}
    for file in playbook_files(folder):
        playbook = parse_playbook(file.read_text(encoding="utf-8"), str(file))
        if playbook.error_type in playbooks:
            problem = f"{playbook.error_type} has a playbook already"
            raise PlaybookError(str(file), 1, "error_type", problem)
        playbooks[playbook.error_type] = playbook
    return playbooks


def playbook_files(folder: Path) -> list[Path]:
    """Return the files of a folder that hold playbooks, in the order of their names."""
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def parse_playbook(text: str, file: str = "playbook") -> Playbook:
    """Read one playbook; raises PlaybookError with file, line and field."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PlaybookError(file, line, "yaml", error.problem or "not YAML") from error
    if not isinstance(content, dict) or root is None:
        raise PlaybookError(file, 1, "playbook", "a playbook is a mapping with 'error_type'")
    try:
        playbook = Playbook.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "playbook"
        problem = first["msg"].removeprefix("Value error, ")
        raise PlaybookError(file, _line(root, first["loc"]), field, problem) from error
    return playbook.model_copy(update={"content_hash": content_hash(text)})


def content_hash(text: str) -> str:
    """Return what tells one content of a file from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def check_chain(playbook: Playbook, playbooks: Playbooks) -> None:
    """Raise PlaybookError where it chains to itself or to one that is not there."""
    for name in playbook.chain:
        if name not in playbooks or name == playbook.error_type:
            problem = f"there is no other playbook {name!r} to chain"
            raise PlaybookError(f"{playbook.error_type}", 0, "chain", problem)


def _line(root: yaml.Node, location: tuple[int | str, ...]) -> int:
    """Find the line of a field, or of the nearest parent that the file has."""
    line = root.start_mark.line
    for node in _descend(root, location):
        line = node.start_mark.line
    return line + 1


def _descend(node: yaml.Node, location: tuple[int | str, ...]) -> Iterator[yaml.Node]:
    for part in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = [value for key, value in node.value if key.value == part]
            if not found:
                return
            node = found[0]
        else:
            return
        yield node
