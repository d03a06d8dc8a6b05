"""What the name of an error says by itself: `AccessDeniedException`, `SlowDown`, `OOMKilled`.

`knowledge/names/*.yaml` hold the public names of languages, clouds, and platforms. Of a name that
is in none of them its words are read (`knowledge/name_words.yaml`): a name that nobody has told us
of was still given to say something.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from pydantic import Field, TypeAdapter

from lakemend.diagnosis import Cause
from lakemend.diagnosis.entries import Entry
from lakemend.diagnosis.matching import Finding, Place
from lakemend.diagnosis.name_table import known_names
from lakemend.diagnosis.passages import Passage
from lakemend.diagnosis.voices import Voice, voice
from lakemend.knowledge import KNOWLEDGE, read_yaml

# A name is written unlike the words around it: with a capital or an underscore in it.
_NAME = re.compile(r"\b[a-z]{0,30}+[A-Z_][A-Za-z0-9_]{3,79}")

# Only what is plainly the name of an error is read by its words.
_ERROR_NAME = re.compile(
    r"[A-Z][A-Za-z0-9]{3,70}(?:Exception|Error|Failure|Failed|Fault|Exceeded|Denied|NotFound)$"
)
_BEFORE_A_CODE = re.compile(
    r"(?:\[|error occurred \(|(?:[Cc]ode|[Rr]eason|[Tt]ype)[\"']?\s?[:=(]\s?[\"'\[]?)$"
)
_LONGEST_BEFORE = 24
_CODE_NAME = re.compile(r"[A-Z]+(?:_[A-Z0-9]+){1,9}$|(?:[A-Z]+[a-z0-9]+){2,9}$")
# The package right before a name: the ConnectException of `errors` is not that of `net`.
_PACKAGE = re.compile(r"(?<![a-z])[a-z]\w{0,30}\.$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class NameWords(Entry):
    """Words inside a name that no table has, and what they say."""

    words: tuple[re.Pattern[str], ...] = Field(min_length=1)


@cache
def name_words() -> tuple[NameWords, ...]:
    """What words in a name say, special ones first."""
    file = KNOWLEDGE / "name_words.yaml"
    return TypeAdapter(tuple[NameWords, ...]).validate_python(read_yaml(file))


def name_findings(text: Passage) -> Iterator[Finding]:
    """Find the names of errors in a text, each once."""
    known = known_names()
    seen: set[str] = set()
    for start, line in zip(text.starts, text.lines, strict=True):
        for place in _NAME.finditer(line):
            name = place.group()
            if name in seen:
                continue
            row = known.get(_qualified(name, line, place.start())) or known.get(name)
            row = row or _by_words(name, line, place.start())
            if row and row.cause is not Cause.UNKNOWN and row.counts_in(text):
                seen.add(name)
                position = start + place.start()
                yield Place(text, position, _speaker(text, position)).tells(row, name)


def _qualified(name: str, line: str, start: int) -> str:
    """Put the package before a name, if the line has one there."""
    package = _PACKAGE.search(line, max(start - _LONGEST_BEFORE, 0), start)
    return f"{package.group()}{name}" if package else name


def _by_words(name: str, line: str, start: int) -> NameWords | None:
    if not _ERROR_NAME.match(name) and not _is_code(name, line, start):
        return None
    return _spelled(name)


def _is_code(name: str, line: str, start: int) -> bool:
    before = line[max(start - _LONGEST_BEFORE, 0) : start]
    return bool(_CODE_NAME.match(name) and _BEFORE_A_CODE.search(before))


@lru_cache(maxsize=1000)
def _spelled(name: str) -> NameWords | None:
    """Read a name by its words: SchemaMismatchError is "schema mismatch error"."""
    spelled = " ".join(_WORD.findall(name)).lower()
    return next((row for row in name_words() if any(w.search(spelled) for w in row.words)), None)


def _speaker(text: Passage, position: int) -> Voice:
    """Tell who speaks; the name at the head of a user's exception is no quotation."""
    start = text.starts[text.line_at(position)]
    head = ":" not in text.flat[start:position]
    return voice(text, start, start) if head else voice(text, position, position)
