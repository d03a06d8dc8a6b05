"""A playbook: the declared recovery for one error type, one YAML file each.

A file is parsed at the door into frozen models with unknown keys refused; an error names file, line
and field. What a playbook leaves out comes from the settings when the plan is made.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from lakemend.actions import ACTIONS
from lakemend.backoff import Backoff
from lakemend.breaker_settings import BreakerSettings, override
from lakemend.diagnosis import Cause
from lakemend.durations import Duration
from lakemend.errors import PlaybookError
from lakemend.evidence import ComputeKind

SHIPPED = Path(__file__).parent / "playbooks"


class Strict(BaseModel):
    """A part of a playbook file: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(Strict):
    """A step's `when`: a closed vocabulary, not an expression language."""

    fact: Literal["cause", "compute"]
    negated: bool = False
    values: frozenset[str]

    def holds(self, *, cause: str, compute: str) -> bool:
        """Whether the condition holds for this cause and kind of compute."""
        fact = cause if self.fact == "cause" else compute
        return (fact in self.values) is not self.negated


_CONDITION = re.compile(r"(cause|compute)\s+(==|!=|in|not in)\s+(\w+|\[[\w,\s]+\])")
_WORDS = {"cause": set(Cause), "compute": set(ComputeKind)}


def _parse_condition(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _CONDITION.fullmatch(value.strip())
    if match is None:
        raise ValueError(
            f"{value!r} is not like 'cause == driver_oom' or 'compute in [all_purpose, serverless]'"
        )
    fact, operator, words = match.groups()
    values = frozenset(word.strip() for word in words.strip("[]").split(","))
    unknown = values - _WORDS[fact]
    if unknown:
        allowed = ", ".join(sorted(_WORDS[fact]))
        raise ValueError(f"there is no {fact} {min(unknown)!r}; allowed are {allowed}")
    return {"fact": fact, "negated": operator in {"!=", "not in"}, "values": values}


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
        Condition | None, BeforeValidator(_parse_condition, json_schema_input_type=str | None)
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
    checks: tuple[Literal["run_succeeded", "cluster_running", "libraries_installed"], ...] = (
        "run_succeeded",
    )


class BreakerSpec(BreakerSettings):
    """The circuit breaker of this error type; what is left out comes from the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Literal["job", "cluster", "workspace"] = "job"

    def over(self, defaults: BreakerSettings) -> BreakerSettings:
        """Return the defaults with what the playbook declares."""
        declared = self.model_fields_set - {"scope"}
        return override(defaults, self.model_dump(include=declared))


class Limits(Strict):
    """How far the steps may go; the smaller of these and the settings counts."""

    max_workers: Annotated[int, Field(ge=1)] | None = None
    max_cost_factor: Annotated[float, Field(ge=1)] = 4


class Playbook(Strict):
    """The recovery for one error type. No steps means: only a person can help."""

    error_type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]+$")]
    description: str
    causes: tuple[Cause, ...]
    steps: tuple[Step, ...] = ()
    fallback: tuple[Step, ...] = ()
    chain: tuple[str, ...] = ()
    health: Health = Health()
    breaker: BreakerSpec | None = BreakerSpec()
    approval: Literal["policy"] = "policy"
    snapshot: bool = True
    keep_change: bool = False
    limits: Limits = Limits()
    content_hash: str = ""

    @model_validator(mode="after")
    def _every_phase_proves_itself(self) -> Self:
        for name, steps in (("steps", self.steps), ("fallback", self.fallback)):
            if steps and not any(ACTIONS[step.action].starts_run for step in steps):
                raise ValueError(
                    f"{name} never runs the failed tasks again, so it could not show that it "
                    "helped; add repair_run or rerun_job"
                )
        if not self.snapshot and self._changes_settings and not self.keep_change:
            raise ValueError("without a snapshot a change cannot be put back; set keep_change")
        return self

    @property
    def _changes_settings(self) -> bool:
        return any(ACTIONS[step.action].changes_settings for step in self.steps + self.fallback)


Playbooks = dict[str, Playbook]


def load_playbooks(folder: Path = SHIPPED) -> Playbooks:
    """Load every `*.yaml` of a folder by error type; the first wrong one raises PlaybookError."""
    playbooks: Playbooks = {}
    for file in sorted(folder.glob("*.yaml")):
        playbook = parse_playbook(file.read_text(encoding="utf-8"), file.name)
        if playbook.error_type in playbooks:
            problem = f"{playbook.error_type} has a playbook already"
            raise PlaybookError(file.name, 1, "error_type", problem)
        playbooks[playbook.error_type] = playbook
    for playbook in playbooks.values():
        _check_chain(playbook, playbooks)
    return playbooks


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
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return playbook.model_copy(update={"content_hash": digest})


def _check_chain(playbook: Playbook, playbooks: Playbooks) -> None:
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
