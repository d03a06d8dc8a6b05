"""Text rules: what a failure text says when it says certain words.

A rule is data in `knowledge/rules/*.yaml`. Its patterns are regular expressions in lower case,
matched against text that was lowered and brought to single spaces (`passages.py`). To keep
matching linear, a pattern has no unbounded repeat, and plain text of which some must occur
(`needles.py`); a text without it is never searched.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.needles import GRAM, needles
from lakemend.diagnosis.passages import Where
from lakemend.knowledge import KNOWLEDGE

_RULES = KNOWLEDGE / "rules"

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


class Rule(BaseModel):
    """One rule as written.

    `confidence` is how surely the words name the root cause. `unless` takes the rule back when any
    of its patterns occurs in the same text; `beside` asks for one of its patterns somewhere in the
    same text. `remedy` overrides the cause's. `quotable` rules count even inside the message of an
    exception that the user's own code raised.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    cause: Cause
    confidence: float = Field(gt=0, le=1)
    explanation: str = Field(min_length=10)
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()
    beside: tuple[Pattern, ...] = ()
    where: tuple[Where, ...] = ()
    remedy: Remedy | None = None
    quotable: bool = False
    examples: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _examples_differ(self) -> Self:
        if len(set(self.examples)) != len(self.examples):
            raise ValueError("the same example twice")
        return self


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """A pattern, and plain texts of which one must occur before it can match."""

    needles: tuple[str, ...]
    expression: re.Pattern[str]

    def occurs_in(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere."""
        return any(needle in text for needle in self.needles) and bool(self.expression.search(text))


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its patterns ready to run."""

    rule: Rule
    patterns: tuple[CompiledPattern, ...]
    unless: tuple[CompiledPattern, ...]
    beside: tuple[CompiledPattern, ...]

    def fits(self, text: str) -> bool:
        """Tell whether what else the text says leaves the rule in force."""
        if any(pattern.occurs_in(text) for pattern in self.unless):
            return False
        return not self.beside or any(pattern.occurs_in(text) for pattern in self.beside)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, and where to find those that a text may match.

    `index` leads from the first characters of a needle to the needle and to rule and pattern by
    number.
    """

    rules: tuple[CompiledRule, ...]
    index: dict[str, tuple[tuple[str, int, int], ...]]

    def possible(self, text: str, grams: frozenset[str]) -> dict[int, list[CompiledPattern]]:
        """Return the patterns that may match by the number of their rule, in the files' order."""
        found: set[tuple[int, int]] = set()
        for gram in grams & self.index.keys():
            found.update((rule, at) for needle, rule, at in self.index[gram] if needle in text)
        patterns: dict[int, list[CompiledPattern]] = defaultdict(list)
        for rule, at in sorted(found):
            patterns[rule].append(self.rules[rule].patterns[at])
        return patterns


@cache
def load_rules() -> RuleBook:
    """Read and compile all rule files once; a broken rule raises pydantic's ValidationError."""
    files = sorted(_RULES.glob("*.yaml"))
    rules = [rule for file in files for rule in parse_rules(file.read_text("utf-8"))]
    counts = Counter(rule.id for rule in rules)
    if twice := [id_ for id_, count in counts.items() if count > 1]:
        raise ValueError(f"rule ids used twice: {twice}")
    compiled = tuple(_compile(rule) for rule in rules)
    return RuleBook(compiled, _index(compiled))


def parse_rules(text: str) -> list[Rule]:
    """Parse one rule file; raises pydantic's ValidationError with rule and field."""
    return TypeAdapter(list[Rule]).validate_python(yaml.load(text, Loader=yaml.CSafeLoader))


def _index(rules: tuple[CompiledRule, ...]) -> dict[str, tuple[tuple[str, int, int], ...]]:
    index: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for number, compiled in enumerate(rules):
        for at, pattern in enumerate(compiled.patterns):
            for needle in pattern.needles:
                index[needle[:GRAM]].append((needle, number, at))
    return {gram: tuple(places) for gram, places in index.items()}


def _compile(rule: Rule) -> CompiledRule:
    return CompiledRule(
        rule=rule,
        patterns=tuple(compile_pattern(pattern) for pattern in rule.patterns),
        unless=tuple(compile_pattern(pattern) for pattern in rule.unless),
        beside=tuple(compile_pattern(pattern) for pattern in rule.beside),
    )


def compile_pattern(pattern: str) -> CompiledPattern:
    """Make a pattern ready to run, with what must occur before it can match."""
    return CompiledPattern(tuple(sorted(needles(pattern))), re.compile(pattern))
