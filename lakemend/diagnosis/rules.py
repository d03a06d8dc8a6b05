"""Text rules: what a failure text says when it says certain words.

A rule is data in `knowledge/rules/*.yaml`. Most rules are never run on a text: an index leads from
the pieces of plain text that occur in it to the patterns that may match.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache

import yaml
from pydantic import Field, TypeAdapter

from lakemend.diagnosis.entries import Entry
from lakemend.diagnosis.needles import GRAM
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.patterns import CompiledPattern, Pattern, compile_pattern
from lakemend.knowledge import KNOWLEDGE

_RULES = KNOWLEDGE / "rules"


class Rule(Entry):
    """One rule: its patterns, and `beside`, of whose patterns one must occur in the same text.

    `quotable` rules count even inside the message of an exception that the user's own code raised.
    """

    patterns: tuple[Pattern, ...] = Field(min_length=1)
    beside: tuple[Pattern, ...] = ()
    quotable: bool = False


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its patterns ready to run."""

    rule: Rule
    patterns: tuple[CompiledPattern, ...]
    beside: tuple[CompiledPattern, ...]

    def fits(self, text: Passage) -> bool:
        """Tell whether where the text stood and what else it says leave the rule in force."""
        if not self.rule.counts_in(text):
            return False
        return not self.beside or any(pattern.occurs_in(text.flat) for pattern in self.beside)


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
        beside=tuple(compile_pattern(pattern) for pattern in rule.beside),
    )
