"""Which known failures a text resembles, by its words alone.

Rules read what a text says; this only counts how often the text's words stood in failures whose
cause is known. `knowledge/words.tsv` holds what was learned: each word with its rarity and what it
speaks for or against (`bench/words.py` writes it). It is a second opinion: it says which cause to
look at first where the rules have little to say, and it never acts.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt

from lakemend.diagnosis import Cause
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.voices import is_plain_log
from lakemend.knowledge import KNOWLEDGE

_TABLE = KNOWLEDGE / "words.tsv"

# The row that tells how common each cause is, whatever the words.
ANY_WORD = "*"

# Words that begin alike are one word: "permission" and "permissions", "connect" and "connection".
_LONGEST_WORD = 6
_SHORTEST_WORD = 3

# Fewer words than this are like many failures.
_FEWEST_WORDS = 6

# A text of which less is known is about something else.
_LEAST_KNOWN = 0.7

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|(?<!\d)\d{2,3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: how rare it is, and what it speaks for (above zero) or against."""

    rarity: float
    weights: dict[Cause, float]


@cache
def known_words() -> dict[str, Word]:
    """Read the table once."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["word"]: Word(float(row["rarity"]), _weights(row["speaks for"]))
            for row in csv.DictReader(lines, delimiter="\t")
        }


def words_of(text: Passage) -> frozenset[str]:
    """Take a text's words; log lines below warning speak of other things."""
    return frozenset(word for line in text.lines if not is_plain_log(line) for word in _words(line))


def resemblance(text: Passage) -> dict[Cause, float]:
    """Tell how much a text resembles known failures of each cause; the shares add up to one."""
    table = known_words()
    words = words_of(text)
    known = [table[word] for word in words if word in table]
    if len(known) < max(_FEWEST_WORDS, _LEAST_KNOWN * len(words)):
        return {}
    length = sqrt(sum(word.rarity**2 for word in known))
    sums = defaultdict(float, table[ANY_WORD].weights)
    for word in known:
        for cause, weight in word.weights.items():
            sums[cause] += weight * word.rarity / length
    return _shares(sums)


def telling_line(text: Passage, cause: Cause) -> str:
    """Return the line whose words speak most for a cause."""
    return max(text.lines, key=lambda line: _speaks_for(line, cause), default="")


def _speaks_for(line: str, cause: Cause) -> float:
    known = (known_words().get(word) for word in _words(line))
    return sum(word.weights.get(cause, 0.0) * word.rarity for word in known if word)


def _words(line: str) -> set[str]:
    """Take the words of a line; those of a CamelCase name count one by one."""
    return {
        word[:_LONGEST_WORD].lower()
        for word in _WORD.findall(line)
        if len(word) >= _SHORTEST_WORD or word.isdigit()
    }


def _shares(sums: dict[Cause, float]) -> dict[Cause, float]:
    highest = max(sums.values())
    raised = {cause: exp(total - highest) for cause, total in sums.items()}
    whole = sum(raised.values())
    return {cause: value / whole for cause, value in raised.items()}


def _weights(cell: str) -> dict[Cause, float]:
    pairs = (pair.split(":") for pair in cell.split())
    return {Cause(cause): float(weight) for cause, weight in pairs}
