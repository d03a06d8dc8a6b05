"""When a step of a playbook applies."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from lakemend.diagnosis import Cause
from lakemend.evidence import ComputeKind


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


def parse_condition(value: object) -> object:
    """Read `cause == driver_oom` and the like; raises ValueError for anything else."""
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
