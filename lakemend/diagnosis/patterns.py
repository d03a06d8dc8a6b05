"""Patterns of rules and tables: regular expressions that can be searched in linear time.

They are in lower case, for text that was lowered and brought to single spaces (`passages.py`). To
keep matching linear, a pattern has no unbounded repeat, and plain text of which some must occur
(`needles.py`); a text without it is never searched.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from lakemend.diagnosis.needles import needles

_LITERAL = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_UPPER_CASE = re.compile(r"(?<!\\)[A-Z]")


def _check(pattern: str) -> str:
    if _UNBOUNDED.search(_LITERAL.sub(".", pattern)):
        raise ValueError(f"a repeat without an upper bound: {pattern}")
    if _UPPER_CASE.search(pattern):
        raise ValueError(f"texts are lowered before matching: {pattern}")
    if not needles(pattern):
        raise ValueError(f"no piece of plain text that must occur: {pattern}")
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_check)]


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """A pattern, and plain texts of which one must occur before it can match."""

    needles: tuple[str, ...]
    expression: re.Pattern[str]

    def occurs_in(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere."""
        return any(needle in text for needle in self.needles) and bool(self.expression.search(text))


@cache
def compile_pattern(pattern: str) -> CompiledPattern:
    """Make a pattern ready to run, with what must occur before it can match."""
    return CompiledPattern(tuple(sorted(needles(pattern))), re.compile(pattern))
